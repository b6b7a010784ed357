"""A scripted year of an organisation of sixty reps: its records made, changed and asked for, and timed."""
