"""One trial: trained, gone on with after a kill, and what it leaves behind."""
