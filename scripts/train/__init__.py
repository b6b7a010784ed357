"""Training of the small adapters and heads that ship with the project."""
