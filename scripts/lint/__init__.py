"""The house's own rules, one module a rule: `python -m scripts.lint`."""
