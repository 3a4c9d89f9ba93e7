"""What a TF-Serving server is told: which versions it loads, under which labels, and how."""
