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
from models.tables.work import Product, StageRun

__all__ = [
    "AccessToken",
    "ApiClient",
    "Call",
    "CallText",
    "Correction",
    "Event",
    "IdempotencyKey",
    "MetricRow",
    "Organisation",
    "Product",
    "Recording",
    "ReviewRow",
    "SignIn",
    "SpeakerRow",
    "StageRun",
    "Team",
    "TenantRow",
    "Upload",
    "User",
    "UtteranceRow",
    "metadata",
]
