"""Corrections as evaluation and training data: `./debrief export-corrections`."""
