"""Performance records: what approved calls and closed deals come to, by rep and period."""
