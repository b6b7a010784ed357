"""The web process: routes, shapes, sign-in. Never loads an engine."""
