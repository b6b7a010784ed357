"""Recognisers and diarizers behind the protocols. Imported by worker and bench only.

Importing any of them seals the process first: pyannote.audio's telemetry is on unless told
otherwise, and a wrong local path must fail at once and not look for a network.
"""

from core.environment import seal

seal()
