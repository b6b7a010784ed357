"""Scorecards: checked, read and written, and calls scored by them."""
