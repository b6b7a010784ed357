"""What goes over the wire; no row of the database does."""
