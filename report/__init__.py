"""A review shown: terminal, JSON with its schema, one self-contained HTML file."""
