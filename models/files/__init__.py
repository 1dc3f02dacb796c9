"""Named bytes as folders and files: CSV text, atomic writing, manifests."""
