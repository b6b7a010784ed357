"""The rows of the database; importing this registers every table."""

from models.tables.base import TenantRow, metadata
from models.tables.calls import Call, Correction, Event, Recording, Upload
from models.tables.people import (
    AccessToken,
    ApiClient,
    IdempotencyKey,
    Organisation,
    SignIn,
    Team,
    User,
)
from models.tables.reviews import CallText, MetricRow, ReviewRow, SpeakerRow, UtteranceRow
from models.tables.scorecards import (
    AnswerRow,
    Assessment,
    MachineScore,
    MoveRow,
    ScorecardRow,
    ScorecardVersion,
    TrackerHit,
    TrackerRow,
)
from models.tables.work import Product, StageRun

__all__ = [
    "AccessToken",
    "AnswerRow",
    "ApiClient",
    "Assessment",
    "Call",
    "CallText",
    "Correction",
    "Event",
    "IdempotencyKey",
    "MachineScore",
    "MetricRow",
    "MoveRow",
    "Organisation",
    "Product",
    "Recording",
    "ReviewRow",
    "ScorecardRow",
    "ScorecardVersion",
    "SignIn",
    "SpeakerRow",
    "StageRun",
    "Team",
    "TenantRow",
    "TrackerHit",
    "TrackerRow",
    "Upload",
    "User",
    "UtteranceRow",
    "metadata",
]
