"""Which side is which, by what is said. Pure."""
