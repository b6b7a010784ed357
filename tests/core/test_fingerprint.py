from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.fingerprint import Scalar, fingerprint

OPTIONS = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.none()),
)


@given(OPTIONS)
def test_the_order_of_options_does_not_matter(options: dict[str, Scalar]) -> None:
    assert fingerprint("e", **options) == fingerprint("e", **dict(reversed(options.items())))


@given(OPTIONS, OPTIONS)
def test_other_options_give_another_fingerprint(one: dict[str, Scalar], two: dict[str, Scalar]) -> None:
    same_values = {k: repr(v) for k, v in one.items()} == {k: repr(v) for k, v in two.items()}
    assert (fingerprint("e", **one) == fingerprint("e", **two)) == same_values


def test_it_names_the_engine() -> None:
    assert fingerprint("whisper", beam=5).startswith("whisper@")
