"""The HTML file: complete without script, closed against hostile text, readable, small."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from typing_extensions import override

from models.review import Review
from report.html import href_beside, render, write_html
from tests.factories import reviews

CALLS = (
    reviews.sample_call,
    reviews.sales_call,
    reviews.silent_call,
    reviews.chinese_call,
    reviews.hostile_call,
)
CSS = Path(__file__).resolve().parents[2] / "report" / "templates" / "report.css"
VOID = {"meta", "input", "br", "link", "img"}


class Parsed(HTMLParser):
    """A page taken apart: tags with attributes, the text, what is in script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]].append(data)
        else:
            self.text += data

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


@pytest.mark.parametrize("make", CALLS, ids=lambda make: make.__name__)
def test_the_page_is_well_formed_and_needs_nothing(make: Callable[[], Review]) -> None:
    page = Parsed(render(make(), "./call.wav"))
    assert page.open == []
    assert len(set(page.all("id"))) == len(page.all("id"))
    assert page.all("src") == ["./call.wav"]
    assert all(href.startswith("#") for href in page.all("href"))
    assert {href[1:] for href in page.all("href")} <= set(page.all("id"))
    assert page.all("style") == []
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert not {tag for tag, _ in page.tags} & {"iframe", "object", "embed", "img", "link", "base"}


@pytest.mark.parametrize("make", CALLS, ids=lambda make: make.__name__)
def test_only_our_script_and_style_may_run(make: Callable[[], Review]) -> None:
    page = Parsed(render(make(), "./call.wav"))
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert len(page.raw["script"]) == 2
    for text in (page.raw["style"][0], page.raw["script"][1]):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert set(json.loads(page.raw["script"][0])) == {"duration", "starts", "ends", "words"}


def test_hostile_text_is_shown_as_text() -> None:
    page = Parsed(render(reviews.hostile_call(), "./call.wav"))
    for text in reviews.HOSTILE[:-1]:
        assert text in page.text
    assert "\x1b" not in page.text
    assert "49" not in page.text.split("{{ 7 * 7 }}")[0][-3:]
    assert not any("alert" in text for text in (*page.raw["script"], *page.raw["style"]))


@pytest.mark.parametrize(
    "href",
    ["https://example.com/a.wav", "javascript:alert(1)", "//example.com/a", "/etc/a.wav", "\\\\host\\a"],
)
def test_a_recording_elsewhere_is_refused(href: str) -> None:
    with pytest.raises(ValueError, match="relative"):
        render(reviews.sample_call(), href)


@pytest.mark.parametrize(
    ("audio", "expected"),
    [
        ("out/call.wav", "./call.wav"),
        ("in/two calls #1?.wav", "./../in/two%20calls%20%231%3F.wav"),
        ("out/javascript:alert(1).wav", "./javascript%3Aalert%281%29.wav"),
        ('out/"><script>.wav', "./%22%3E%3Cscript%3E.wav"),
        ("out/北辰.wav", "./%E5%8C%97%E8%BE%B0.wav"),
        ("out/\udcff.wav", "./%FF.wav"),
    ],
)
def test_the_way_to_the_recording(tmp_path: Path, audio: str, expected: str) -> None:
    assert href_beside(tmp_path / audio, tmp_path / "out" / "report.html") == expected
    render(reviews.silent_call(), expected)


def test_every_word_is_on_the_page_and_its_offsets_fit() -> None:
    for make in (reviews.sales_call, reviews.chinese_call):
        review = make()
        page = Parsed(render(review))
        data = json.loads(page.raw["script"][0])
        assert len(data["starts"]) == len(review.transcript.utterances)
        for utterance, steps in zip(review.transcript.utterances, data["words"], strict=True):
            assert utterance.text in page.text
            assert sum(steps[1::2]) == len(utterance.text)
            assert sum(steps[0::2]) / 100 <= utterance.end - utterance.start + 0.01 * len(steps)


def test_doubtful_words_look_doubtful() -> None:
    page = Parsed(render(reviews.sales_call()))
    low = sum(word.probability < 0.6 for word in reviews.sales_call().transcript.words)
    assert sum(tag == "u" and "title" in attrs for tag, attrs in page.tags) == low


def test_mood_is_written_not_only_coloured() -> None:
    text = Parsed(render(reviews.sales_call())).text
    assert "▼ negative \N{MINUS SIGN}0.78" in text
    assert "▲ positive +0.83" in text


def test_what_cannot_be_measured_says_why() -> None:
    text = Parsed(render(reviews.silent_call())).text
    assert "Nobody speaks in this recording." in text
    assert "No words were heard." in text
    assert "None" not in text
    assert "nan" not in text.lower().split()


def test_the_language_of_the_transcript_is_told() -> None:
    page = Parsed(render(reviews.chinese_call()))
    assert dict(page.tags)["html"] == {"lang": "en"}
    assert any(attrs.get("id") == "lines" and attrs["lang"] == "zh" for _, attrs in page.tags)


def test_headings_do_not_skip_a_level() -> None:
    levels = [int(t[1]) for t, _ in Parsed(render(reviews.sales_call())).tags if re.fullmatch("h[1-6]", t)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_control_and_drawing_has_a_name() -> None:
    page = Parsed(render(reviews.sales_call(), "./a.wav"))
    for tag, attrs in page.tags:
        if tag == "svg" and "viewbox" not in attrs:
            assert attrs.get("aria-hidden") == "true" or attrs.get("aria-label")
        if tag == "input" and attrs["type"] == "range":
            assert attrs["aria-label"]
    assert {"header", "nav", "main", "section"} <= {tag for tag, _ in page.tags}


def test_a_two_hour_call_stays_small(tmp_path: Path) -> None:
    review = reviews.long_call()
    path = write_html(review, tmp_path / "long.html", "./long.m4a")
    assert len(review.transcript.words) > 19_000
    assert path.stat().st_size < 2_000_000


def test_assets_cannot_end_their_own_element() -> None:
    for asset in CSS.parent.glob("report.*"):
        if asset.suffix != ".html":
            assert not re.search(r"</(script|style)", asset.read_text(encoding="utf-8"), re.IGNORECASE)


TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TEXT_ON = (
    ("text", ("bg", "sunken", "raised", "now", "hit", "band")),
    ("muted", ("bg", "sunken", "raised")),
    ("rep", ("bg", "raised")),
    ("customer", ("bg", "raised")),
    ("unknown", ("bg", "raised")),
    ("positive", ("bg", "positive-bg")),
    ("negative", ("bg", "negative-bg")),
    ("warn", ("warn-bg",)),
)


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "grounds"), TEXT_ON)
def test_text_has_contrast(ink: str, grounds: tuple[str, ...], theme: int) -> None:
    tokens = {name: pair for name, *pair in TOKEN.findall(CSS.read_text(encoding="utf-8"))}
    for ground in grounds:
        light, dark = sorted((luminance(tokens[ink][theme]), luminance(tokens[ground][theme])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
