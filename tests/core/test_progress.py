from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.progress import share


@given(st.floats(-2, 2), st.floats(0, 0.5), st.floats(0.5, 1))
def test_a_share_stays_inside_its_bounds(fraction: float, begin: float, end: float) -> None:
    seen: list[float] = []
    share(seen.append, begin, end)(fraction)
    assert begin - 1e-9 <= seen[0] <= end + 1e-9


def test_a_share_begins_and_ends_at_its_bounds() -> None:
    seen: list[float] = []
    report = share(seen.append, 0.2, 0.6)
    report(0.0)
    report(1.0)
    assert seen == [0.2, 0.6]
