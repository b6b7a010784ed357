"""The rows of the database; importing this registers every table."""

from models.tables.base import TenantRow, metadata
from models.tables.calls import Call, Correction, Event, Recording, Upload
from models.tables.coaching import (
    ActionItem,
    Clip,
    Comment,
    Listening,
    Mention,
    Playlist,
    PlaylistClip,
)
from models.tables.feeds import FeedDue, FeedEntry, FeedHead
from models.tables.people import (
    AccessToken,
    ApiClient,
    IdempotencyKey,
    Organisation,
    SignIn,
    Team,
    User,
)
from models.tables.records import Contribution, Deal, FormulaVersion, RecordCell, RecordDue
from models.tables.reviews import CallText, MetricRow, ReviewRow, SpeakerRow, UtteranceRow
from models.tables.scorecards import (
    AnswerRow,
    Assessment,
    Calibration,
    CalibrationMember,
    MachineScore,
    MoveRow,
    ScorecardRow,
    ScorecardVersion,
    TrackerHit,
    TrackerRow,
)
from models.tables.trail import TrailRow
from models.tables.webhooks import Webhook, WebhookAttempt, WebhookDelivery
from models.tables.work import Product, StageRun

__all__ = [
    "AccessToken",
    "ActionItem",
    "AnswerRow",
    "ApiClient",
    "Assessment",
    "Calibration",
    "CalibrationMember",
    "Call",
    "CallText",
    "Clip",
    "Comment",
    "Contribution",
    "Correction",
    "Deal",
    "Event",
    "FeedDue",
    "FeedEntry",
    "FeedHead",
    "FormulaVersion",
    "IdempotencyKey",
    "Listening",
    "MachineScore",
    "Mention",
    "MetricRow",
    "MoveRow",
    "Organisation",
    "Playlist",
    "PlaylistClip",
    "Product",
    "RecordCell",
    "RecordDue",
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
    "TrailRow",
    "Upload",
    "User",
    "UtteranceRow",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "metadata",
]
