from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import formats
from bench.formats import Phrase
from core.errors import Rejected
from models.transcript import Turn


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_rttm_gives_turns_in_time_order(tmp_path: Path) -> None:
    text = (
        ";; a comment\n"
        "SPKR-INFO call 1 <NA> <NA> <NA> unknown B <NA> <NA>\n"
        "SPEAKER call 1 2.5 1.25 <NA> <NA> B <NA> <NA>\n"
        "SPEAKER call 1 0.0 2.0 <NA> <NA> A <NA> <NA>\n"
    )
    assert formats.rttm(written(tmp_path / "call.rttm", text)) == (Turn(0.0, 2.0, "A"), Turn(2.5, 3.75, "B"))


def test_rttm_about_several_recordings_gives_this_one(tmp_path: Path) -> None:
    text = "SPEAKER other 1 0 1 <NA> <NA> X <NA>\nSPEAKER call 1 3 1 <NA> <NA> A <NA>\n"
    assert formats.rttm(written(tmp_path / "call.rttm", text)) == (Turn(3.0, 4.0, "A"),)
    with pytest.raises(Rejected, match="none is called 'third'"):
        formats.rttm(written(tmp_path / "third.rttm", text))


def test_uem_joins_regions_that_touch(tmp_path: Path) -> None:
    text = "call 1 10 20\ncall 1 0 4\ncall 1 3 6\n"
    assert formats.uem(written(tmp_path / "call.uem", text)) == ((0.0, 6.0), (10.0, 20.0))


def test_stm_takes_labels_brackets_and_ignored_lines(tmp_path: Path) -> None:
    text = (
        ";; comment\n"
        "call 1 A 0.0 4.0 <o,f0,male> well (uh) hello there\n"
        "call 1 inter_segment_gap 4.0 5.0 <o,,>\n"
        "call 1 B 5.0 6.0 IGNORE_TIME_SEGMENT_IN_SCORING\n"
        "call 1 B 6.0 7.0 hi\n"
    )
    found = formats.stm(written(tmp_path / "call.stm", text))
    assert [(p.text, p.speaker, p.optional) for p in found] == [
        ("well", "A", False),
        ("uh", "A", True),
        ("hello there", "A", False),
        ("hi", "B", False),
    ]
    # 17 letters in 4 s: `well` takes 4 of them, `uh` the next 2.
    assert found[1].start == pytest.approx(4 * 4 / 17)
    assert found[1].end == pytest.approx(4 * 6 / 17)
    assert found[2].end == pytest.approx(4.0)


def test_ctm_gives_single_words_in_time_order(tmp_path: Path) -> None:
    text = "call B 1.5 0.5 there\ncall A 0.25 0.5 Hello\n"
    assert formats.ctm(written(tmp_path / "call.words.ctm", text)) == (
        Phrase("Hello", "A", 0.25, 0.75),
        Phrase("there", "B", 1.5, 2.0),
    )


def test_ref_txt_marks_optional_words_and_doubtful_speakers(tmp_path: Path) -> None:
    text = "# a comment\n1.0 CUSTOMER? [okay]\n3.0 AGENT hello [uh] you\n7.0 CUSTOMER bye\n"
    okay, hello, uh, you, bye = formats.ref_txt(written(tmp_path / "call.ref.txt", text))
    assert okay == Phrase("okay", "CUSTOMER", 1.0, 3.0, optional=True, sure=False)
    assert (hello.text, hello.optional, hello.sure) == ("hello", False, True)
    assert (uh.text, uh.optional) == ("uh", True)
    assert (hello.start, you.end) == (3.0, 7.0)
    assert bye == Phrase("bye", "CUSTOMER", 7.0, math.inf)


def test_channel_txt_gives_the_words_of_each_channel(tmp_path: Path) -> None:
    found = formats.channel_txt(written(tmp_path / "call.REF.txt", "# c\nL Left words.\nR Right words.\n"))
    assert found == (Phrase("Left words.", "L", None, None), Phrase("Right words.", "R", None, None))


@pytest.mark.parametrize(
    ("reader", "text", "says"),
    [
        (formats.rttm, "\nSPEAKER call 1 0.0\n", "line 2: 8 fields expected, 4 found"),
        (formats.rttm, "SPEAKER call 1 x 1 <NA> <NA> A", "line 1: 'x' is not a number of seconds"),
        (formats.rttm, "SPEAKER call 1 1 -1 <NA> <NA> A", "line 1: '-1' is not a number of seconds"),
        (formats.rttm, "SPEAKER call 1 nan 1 <NA> <NA> A", "line 1: 'nan' is not a number of seconds"),
        (formats.uem, "call 1 5 4", "line 1: the end 4 is before the start 5"),
        (formats.stm, "call 1 A 0 1 {a / b}", "line 1: alternatives in braces"),
        (formats.stm, "call 1 A 0", "line 1: 5 fields expected, 4 found"),
        (formats.ctm, "call A 0 1", "line 1: 5 fields expected, 4 found"),
        (formats.ref_txt, "2.0 A one\n1.0 B two", "line 2: starts before the line above"),
        (formats.ref_txt, "A hello", "line 1: 'A' is not a number of seconds"),
        (formats.channel_txt, "M middle", "line 1: a channel is L or R, not 'M'"),
    ],
)
def test_errors_name_file_and_line(
    tmp_path: Path, reader: Callable[[Path], object], text: str, says: str
) -> None:
    path = written(tmp_path / "call.any", text)
    with pytest.raises(Rejected) as raised:
        reader(path)
    assert f"call.any, {says}" in str(raised.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.rttm"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Rejected, match="cannot be read"):
        formats.rttm(path)
