"""Word lists of our own, written for this product: data only, no dictionary of others is copied."""
