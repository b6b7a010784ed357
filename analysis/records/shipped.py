"""The formulas that come with Debrief, to begin with: proposals, for who knows the business to put right."""

from __future__ import annotations

from models.record import Formula, Term
from models.scorecard import Target

CALLS = (
    Term("score", 45, Target(low=80, fade=60)),
    Term("depth", 15, Target(low=60, fade=45)),
    Term("customer_sentiment_change", 10, Target(low=0.15, fade=0.5)),
)
SHIPPED: tuple[Formula, ...] = (
    Formula(
        "Calls and deals",
        (*CALLS, Term("win_rate", 30, Target(low=0.3, fade=0.3))),
        "How calls go, and which share of closed deals was won. Of calls alone where no deal is closed.",
    ),
    Formula(
        "Calls",
        CALLS,
        "How calls go: approved scores, the depth of the conversation, and where the customer's mood went.",
    ),
)
"""None counts or sums what is of a period: those are larger in a quarter than in a week."""
