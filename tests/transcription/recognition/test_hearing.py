"""Decoded windows made into a recognition."""

from __future__ import annotations

from dataclasses import replace

from models.transcript import Region
from transcription.recognition.hearing import (
    DECODED_AGAIN,
    REMOVED,
    Decoded,
    Heard,
    TimedWord,
    additions,
    missed,
    recognition,
)
from transcription.recognition.language import Languages
from transcription.recognition.packing import Window

ENGLISH = Languages("en", 0.99, frozenset({"en"}))
WINDOW = Window((Region(10.0, 14.0), Region(20.0, 22.0)), (Region(10.3, 12.7), Region(20.3, 21.7)))
SPOKEN = Decoded(
    text=" We can start on Monday.",
    words=(
        TimedWord(0.4, 0.7, " We", 0.9),
        TimedWord(0.7, 1.0, " can", 0.9),
        TimedWord(1.0, 1.4, " start", 0.9),
        TimedWord(4.4, 4.6, " on", 0.9),
        TimedWord(4.6, 5.2, " Monday.", 0.9),
    ),
    avg_logprob=-0.2,
    no_speech_prob=0.01,
)
HEARD = Heard(WINDOW, "en", SPOKEN, -20.0)


def test_words_stand_where_the_recording_has_them() -> None:
    found = recognition([HEARD], ENGLISH)
    assert [(w.start, w.end, w.text) for w in found.words] == [
        (10.4, 10.7, "We"),
        (10.7, 11.0, "can"),
        (11.0, 11.4, "start"),
        (20.4, 20.6, "on"),
        (20.6, 21.2, "Monday."),
    ]
    assert all(word.spaced for word in found.words)
    assert found.segments[0].flags == ()


def test_invented_text_stays_in_its_segment_only() -> None:
    thanks = replace(
        SPOKEN, text=" Thank you.", words=(TimedWord(0.4, 0.9, " Thank you.", 0.5),), no_speech_prob=0.9
    )
    found = recognition([replace(HEARD, decoded=thanks)], ENGLISH)
    assert found.words == ()
    assert found.segments[0].text == "Thank you."
    assert REMOVED in found.segments[0].flags
    assert len(found.warnings) == 1


def test_a_second_decode_is_flagged() -> None:
    assert DECODED_AGAIN in recognition([replace(HEARD, again=True)], ENGLISH).segments[0].flags


def test_words_outside_speech_are_left_out() -> None:
    far = Window((Region(0.0, 20.0),), (Region(0.5, 2.0),))
    late = replace(SPOKEN, words=(TimedWord(0.6, 0.9, " We", 0.9), TimedWord(9.0, 9.3, " can", 0.9)))
    found = recognition([Heard(far, "en", late, -20.0)], ENGLISH)
    assert [word.text for word in found.words] == ["We"]


def test_a_word_stretched_over_a_pause_stays_on_its_side() -> None:
    pause = Window((Region(0.0, 10.0),), (Region(0.5, 3.9), Region(6.3, 9.5)))
    how = replace(SPOKEN, words=(TimedWord(3.85, 6.5, " How", 0.9), TimedWord(6.5, 6.7, " do", 0.9)))
    found = recognition([Heard(pause, "en", how, -20.0)], ENGLISH)
    assert [(w.start, w.end) for w in found.words] == [(6.0, 6.5), (6.5, 6.7)]


def test_dots_are_no_words() -> None:
    dots = replace(
        SPOKEN, text="... ...", words=(TimedWord(0.4, 0.6, "...", 0.1), TimedWord(0.6, 0.9, " ♪", 0.1))
    )
    assert recognition([replace(HEARD, decoded=dots)], ENGLISH).words == ()


def test_channels_are_interleaved_by_time() -> None:
    other = Window((Region(10.5, 12.0, 1),), (Region(10.6, 11.9, 1),))
    yes = replace(SPOKEN, text=" Yes.", words=(TimedWord(0.2, 0.4, " Yes.", 0.9),))
    found = recognition([HEARD, Heard(other, "en", yes, -20.0)], ENGLISH)
    assert [w.start for w in found.words] == sorted(w.start for w in found.words)
    assert [w.channel for w in found.words] == [0, 0, 1, 0, 0, 0] or {w.channel for w in found.words} == {
        0,
        1,
    }


def test_chinese_words_are_not_spaced_but_latin_ones_in_them_are() -> None:
    mixed = replace(SPOKEN, words=(TimedWord(0.4, 0.6, "您好", 0.9), TimedWord(0.6, 0.9, " WiFi", 0.9)))
    found = recognition([replace(HEARD, language="zh", decoded=mixed)], ENGLISH)
    assert [(w.text, w.spaced) for w in found.words] == [("您好", False), ("WiFi", True)]


def test_the_pieces_of_a_hyphenated_word_stay_together() -> None:
    words = (TimedWord(0.4, 0.7, " high", 0.9), TimedWord(0.7, 1.0, "-end", 0.9))
    found = recognition([replace(HEARD, decoded=replace(SPOKEN, text=" high-end", words=words))], ENGLISH)
    assert [word.spaced for word in found.words] == [True, False]


def test_an_uncertain_language_is_said() -> None:
    assert "uncertain" in recognition([HEARD], replace(ENGLISH, probability=0.3)).warnings[0]


def test_speech_without_a_word_is_missed() -> None:
    half = replace(SPOKEN, words=SPOKEN.words[:3])
    longer = Window((*WINDOW.pieces, Region(30.0, 33.0)), (*WINDOW.speech, Region(30.3, 32.7)))
    missing = (Region(20.3, 21.7), Region(30.3, 32.7))
    assert missed([replace(HEARD, window=longer, decoded=half)]) == missing
    assert missed([replace(HEARD, decoded=half)]) == ()
    assert missed([HEARD]) == ()


def test_little_missed_in_a_long_call_is_not_worth_another_pass() -> None:
    half = replace(SPOKEN, words=SPOKEN.words[:3])
    longer = Window((*WINDOW.pieces, Region(30.0, 33.0)), (*WINDOW.speech, Region(30.3, 32.7)))
    some = replace(HEARD, window=longer, decoded=half)
    full = [replace(HEARD, window=Window((span,), (span,))) for span in spans_of(200.0)]
    assert missed([some])
    assert missed([some, *full]) == ()


def spans_of(seconds: float) -> list[Region]:
    """Return half seconds of speech that `SPOKEN`'s first words fill, so many in all."""
    return [Region(40.0 + i, 40.0 + i + 0.5) for i in range(round(seconds / 0.5))]


def test_what_a_second_hearing_adds_is_certain_and_new() -> None:
    first = replace(HEARD, decoded=replace(SPOKEN, words=SPOKEN.words[:3]))
    alone = Window((Region(20.0, 22.0),), (Region(20.3, 21.7),))

    def again(text: str, probability: float) -> Heard:
        word = TimedWord(0.5, 0.9, text, probability)
        return Heard(alone, "en", replace(SPOKEN, text=text, words=(word,)), -20.0)

    assert additions([first], [again(" Okay.", 0.8)])[0].decoded.text == " Okay."
    assert additions([first], [again(" Okay.", 0.4)]) == []
    assert additions([HEARD], [again(" Monday", 0.9)]) == []


def test_nothing_heard_is_nothing_said() -> None:
    found = recognition([], ENGLISH)
    assert not found.words
    assert not found.segments
