"""Where each stream comes from; publishing asks them in this order."""

from __future__ import annotations

from models.queries.feeds import calls, deals, records, scores

SOURCES = (calls.SOURCE, scores.SOURCE, records.SOURCE, deals.SOURCE)
