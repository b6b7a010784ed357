"""Voices told apart by arithmetic on what the engines compute."""
