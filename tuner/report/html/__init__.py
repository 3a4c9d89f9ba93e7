"""Pages of HTML in one file each, which load nothing and run nothing of a stranger's."""
