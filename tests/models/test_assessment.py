"""Every move that the table declares is legal, and no other."""

from __future__ import annotations

import pytest

from models.assessment import MOVES, AssessmentState, MoveName, Mover, legal
from models.versions import VERSION_MOVES, VersionMoveName, VersionState
from models.versions import legal as legal_for_version


@pytest.mark.parametrize("mover", Mover)
@pytest.mark.parametrize("state", AssessmentState)
def test_moves_are_those_of_the_table(state: AssessmentState, mover: Mover) -> None:
    expected = {move.name for move in MOVES if state in move.before and move.mover is mover}
    assert {move.name for move in legal(state, mover)} == expected


def test_the_table_keeps_to_what_it_is_for() -> None:
    assert {move.name for move in MOVES} == set(MoveName)
    for move in MOVES:
        if move.after is not None and move.after.counts:
            assert move.mover is not Mover.REP, "nobody approves themself"
            assert move.before <= {AssessmentState.PROPOSED, AssessmentState.IN_REVIEW}
        if move.name in {MoveName.REJECT, MoveName.REOPEN, MoveName.CONTEST, MoveName.UPHOLD}:
            assert move.comment
    reachable = {AssessmentState.PROPOSED} | {move.after for move in MOVES if move.after is not None}
    assert reachable == set(AssessmentState)


@pytest.mark.parametrize("state", VersionState)
def test_a_version_that_scored_a_call_is_never_changed(state: VersionState) -> None:
    free = {move.name for move in legal_for_version(state, locked=False)}
    locked = {move.name for move in legal_for_version(state, locked=True)}
    assert free - locked <= {VersionMoveName.EDIT, VersionMoveName.REMOVE}
    assert not locked & {VersionMoveName.EDIT, VersionMoveName.REMOVE}
    assert VersionMoveName.COPY in locked
    assert {move.name for move in VERSION_MOVES} == set(VersionMoveName)
