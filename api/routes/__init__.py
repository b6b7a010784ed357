"""The endpoints, one module a thing."""
