"""Text classifiers behind the protocols. Imported by worker and bench only."""
