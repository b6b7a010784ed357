"""What the channels are to each other, and where somebody speaks on them."""
