"""docs/review.md, out of the table of moves and the places in the queue."""

from __future__ import annotations

from pathlib import Path

from models.assessment import MOVES, Move, Mover

PATH = Path("docs/review.md")
HEAD = """# Review: from a proposal to the record

A score is a **proposal** until a person has looked at it. Only an approved or corrected score counts in the
rep's record. What the machine says is never overwritten: answers of people are kept beside it, every one,
with who gave it.

## The queue

`GET /v1/reviews` lists what waits, the first first, and says of each why it is there:

1. **contested**: the rep asks for another look, or somebody looks again;
2. **uncertain**: it is not certain who is rep and who is customer, much of what is not left to people
   could not be answered, or the mood of many utterances could not be told;
3. **extreme**: among the highest or lowest of the scorecard's last 200 calls;
4. **drawn by chance**: every tenth call, so that what is ordinary is seen too; the draw hangs on the call's
   key alone;
5. everything else, the oldest first.

Filters: `scorecard`, `rep_id`, `team_id`, `call_type`, `mine`, `contested`. `GET /v1/assessments/{id}`
shows a score with every item (what the machine says, what reviewers and the rep answered, what counts), its
history, and in `may` what whoever asks may do with it now.

## The moves

One table, `models/assessment.py`; every other move is refused. Reviewers are coaches and managers for their
teams' calls, and admins; nobody reviews a call of their own. Programs make no moves: scores are judged by
people.

"""
TAIL = """
A coach whose answers differ from the machine's *corrects*, one whose do not *approves*; mixed up, the move
is refused and says what it should be. A score that somebody has taken up is approved, corrected or rejected
by them alone, until they or anybody who may review it gives it back. `If-Match` with the ETag keeps one
from deciding on what another just changed.

```sh
alias post="curl -X POST -b cookies.txt -H 'Content-Type: application/json'"
post $AT/v1/assessments/$ID/moves -d '{"move": "take"}'
post $AT/v1/assessments/$ID/answers -d '{"answers": [
  {"item": "next_step", "option": "dated", "comment": "Tuesday at ten.", "start": 312.4, "end": 318.0},
  {"item": "questions", "share": 0.5}, {"item": "price", "applicable": false}]}'
post $AT/v1/assessments/$ID/moves -d '{"move": "correct"}'
```

An answer to an item of a person is one of its `option`s, to any other the `share` (0..1) of its points.
`"applicable": false` leaves an item out; `"withdraw": ["questions"]` takes an answer back, and the
machine's counts again. The score follows at once.

## The rep

Reps see everything about their own calls as soon as anybody does. They judge themselves (`POST
.../own-answers`, which stands beside the others and changes no score), say that they have seen a score, or
ask for another look and say why (`POST .../own-moves`). `GET /v1/calls/{id}/trail` shows who looked at the
call, and every change of its scores.

The organisation's **notice** (`GET /v1/organisation`) says what is done with recordings and what people may
do about it. One comes with Debrief; a new one is confirmed anew by everybody (`POST /v1/me/notice`).

## Approval by policy

Off unless the organisation switches it on: `PATCH /v1/organisation {"approve_after_hours": 72}`. Then a
score that nothing stands out in (not contested, uncertain, extreme or drawn by chance), that nobody has
taken up, and of whose scorecard at least `approve_least_coverage` is answered, is approved once it has
waited so long. It is marked `by_policy`, names nobody as having decided, and can be contested and reopened
as any other.

## When the call changes

A corrected transcript or another type of call has the call measured and scored anew. Where a score changes
it becomes a proposal again, whatever was decided on the one before, and what reviewers answered still
stands before the machine. The record follows at once.

## The audit trail

Who saw what (once an hour for a person and a call), every change of a score, a transcript, a scorecard, a
tracker, a formula or the notice, with who and why, is an entry in the transaction of the change itself.
Each entry's hash covers the one before: none can be changed or left out unseen. `GET /v1/trail` (admins)
reads it, `GET /v1/trail-verification` checks all of it and gives the newest hash: keep a copy elsewhere,
and it proves everything before. Reasons that people wrote are chained by a salted digest, so that they can
be erased with the call they are about; nothing else of an entry ever goes.
"""
MOVERS = {Mover.REVIEWER: "reviewer", Mover.REP: "the call's rep", Mover.SYSTEM: "Debrief itself"}


def render() -> str:
    """Return the whole document."""
    head = "| move | does | from | to | who | reason |\n| --- | --- | --- | --- | --- | --- |\n"
    return HEAD + head + "".join(_row(move) for move in MOVES) + TAIL


def _row(move: Move) -> str:
    before = ", ".join(sorted(move.before))
    after = move.after or "stays"
    reason = "needed" if move.comment else ""
    return f"| `{move.name}` | {move.does} | {before} | {after} | {MOVERS[move.mover]} | {reason} |\n"
