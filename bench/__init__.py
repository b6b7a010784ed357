"""Measured quality and speed: references, the reference stack, tables."""
