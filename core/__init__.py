"""Settings, errors, progress and fingerprints: what every part needs. Imports nothing of ours."""
