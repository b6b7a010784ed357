"""Recognisers and diarizers behind the protocols. Imported by worker and bench only."""
