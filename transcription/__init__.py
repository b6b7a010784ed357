"""Audio to words with speakers and roles. Knows no database, no queue, no web."""
