"""Words to measures: turns, judgements, metrics, depth. Knows no database, no queue, no web."""
