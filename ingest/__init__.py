"""Recordings come in: where from, and what they are. No audio is understood here."""
