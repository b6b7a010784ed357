"""Where a measure should lie, by type of call, each band with its source.

Vendors publish different ranges for different calls, so there is no global target; a measure
without a published band has none here unless the source says it is our proposal.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.call import CallType
from models.review import Side

PROPOSAL = "our proposal, no published figure"


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high`, in the metric's unit; None leaves that end open."""

    low: float | None
    high: float | None
    source: str


def _complement(band: Band) -> Band:
    """Return the band of the other side's share: what is left of 1."""
    low = None if band.high is None else round(1 - band.high, 4)
    high = None if band.low is None else round(1 - band.low, 4)
    return Band(low, high, band.source)


_TALK = {
    CallType.DISCOVERY: Band(0.30, 0.40, "Momentra: discovery 30-40 % [S75]"),
    CallType.DEMO: Band(0.50, 0.65, "Momentra: demo 50-65 % [S75]"),
    CallType.NEGOTIATION: Band(0.45, 0.55, "Momentra: offer 45-55 % [S75]"),
    CallType.RENEWAL: Band(0.40, 0.55, PROPOSAL),
    CallType.SERVICE: Band(0.30, 0.60, "Momentra: escalation 30-40 % to how-to 50-60 % [S75]"),
    CallType.GENERAL: Band(0.40, 0.60, "Demodesk 40-60 % [S69]; Gong 43:57, above 65 % fewer wins [S31]"),
}
_MONOLOGUE = Band(None, 76.0, "Demodesk: at most 76 s [S69]")
_PITCH = Band(None, 120.0, "Gong: a pitch above 2 min lowers the win rate [S32]")
_STORY = Band(50.0, None, "Gong: a longest customer turn of 50 s is below average [S32]")
_PACE = Band(100.0, 180.0, "PIIREDACT: below 100 slow, above 180 fast [S58]; Gong's average is 173 [S80]")
_QUESTIONS = Band(11.0, 14.0, "Gong: 11-14 a call [S91]; Demodesk 10-14 [S69]")
_SWITCHES = Band(4.0, 12.0, PROPOSAL)
_SALES = (CallType.DISCOVERY, CallType.DEMO, CallType.NEGOTIATION, CallType.RENEWAL)

BANDS: dict[tuple[str, Side, CallType], Band] = {
    **{("talk_share", Side.REP, kind): band for kind, band in _TALK.items()},
    **{("talk_share", Side.CUSTOMER, kind): _complement(band) for kind, band in _TALK.items()},
    **{("longest_monologue", Side.REP, kind): _MONOLOGUE for kind in CallType},
    ("longest_monologue", Side.REP, CallType.DEMO): _PITCH,
    **{("longest_customer_story", Side.CUSTOMER, kind): _STORY for kind in _SALES},
    **{("words_per_minute", Side.REP, kind): _PACE for kind in CallType},
    ("questions", Side.REP, CallType.DISCOVERY): _QUESTIONS,
    ("questions", Side.REP, CallType.DEMO): _QUESTIONS,
    **{("switches_per_minute", Side.CALL, kind): _SWITCHES for kind in CallType},
}
"""Every band there is, by metric, side and type of call."""


def band(metric: str, side: Side, call_type: CallType) -> Band | None:
    """Return where a metric of a side should lie in such a call, or None where nobody has said."""
    return BANDS.get((metric, side, call_type))


def distance(value: float, within: Band) -> float:
    """Return how far a value lies outside a band; 0 inside."""
    below = within.low - value if within.low is not None else 0.0
    above = value - within.high if within.high is not None else 0.0
    return max(below, above, 0.0)
