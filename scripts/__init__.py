"""Command line, weights, training, lint. Run with `python -m scripts.NAME`."""
