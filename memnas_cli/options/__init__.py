"""What commands take: options, and files of them."""
