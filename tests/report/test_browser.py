"""The report in a real browser: quiet, closed, and it plays what is clicked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.review import Review
from report.html import write_html
from tests.factories import reviews
from tests.report.browser import Browser, found

EXECUTABLE = found()
pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium is installed here")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert EXECUTABLE is not None
    with Browser(EXECUTABLE) as opened:
        yield opened


@pytest.fixture
def sample_page(tmp_path: Path, sample: Path, browser: Browser) -> Path:
    """Return the report of the sample call, opened, its recording beside it."""
    shutil.copy(sample, tmp_path / "sample.wav")
    path = write_html(reviews.sample_call(), tmp_path / "report.html", "./sample.wav")
    browser.look(1280)
    browser.open(path)
    browser.until("!document.getElementById('play').disabled")
    return path


def quiet(browser: Browser, folder: Path) -> None:
    assert browser.complaints() == []
    # The browser draws its own audio controls from data: addresses.
    allowed = (folder.resolve().as_uri(), "data:")
    assert all(url.startswith(allowed) for url in browser.requests())
    assert not [e for e in browser.events if e.get("method") == "Page.javascriptDialogOpening"]


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "make",
    [reviews.sales_call, reviews.hostile_call, reviews.silent_call, reviews.chinese_call],
    ids=lambda make: make.__name__,
)
def test_it_opens_without_a_complaint_and_without_overflow(
    browser: Browser, tmp_path: Path, make: Callable[[], Review], width: int
) -> None:
    browser.look(width, dark=width == 390)
    browser.open(write_html(make(), tmp_path / "report.html"))
    quiet(browser, tmp_path)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")


def test_a_click_on_a_line_plays_it(browser: Browser, sample_page: Path) -> None:
    browser.click("#u7 a")
    browser.until("audio.currentTime > 14.44 && !audio.paused")
    browser.until("document.querySelector('.line.now')?.id === 'u7'")
    assert "Texas" in browser.run("document.getElementById('says-text').textContent")
    assert browser.run("CSS.highlights.has('word')")
    quiet(browser, sample_page.parent)


def test_a_click_on_a_word_starts_at_the_word(browser: Browser, sample_page: Path) -> None:
    browser.click("#u12 p")
    start = reviews.sample_call().transcript.utterances[12].start
    browser.until("!audio.paused")
    assert browser.run("audio.currentTime") > start + 0.2


def test_evidence_plays_its_own_seconds(browser: Browser, sample_page: Path) -> None:
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    browser.run("document.querySelector('#audio').playbackRate = 4")
    browser.click("#measures a[data-e]")
    browser.until("!audio.paused || audio.currentTime > 0")
    browser.until("audio.paused")
    end = browser.run("Number(document.querySelector('#measures a[data-e]').dataset.e)")
    assert abs(browser.run("audio.currentTime") - end) < 0.5


def test_keys_move_and_play(browser: Browser, sample_page: Path) -> None:
    browser.press("l", "KeyL", 76)
    browser.until("Math.abs(audio.currentTime - 5) < 0.2")
    browser.press("ArrowRight", "ArrowRight", 39)
    browser.until("Math.abs(audio.currentTime - 10) < 0.2")
    browser.press("j", "KeyJ", 74)
    browser.until("Math.abs(audio.currentTime - 5) < 0.2")
    browser.press(" ", "Space", 32)
    browser.until("!audio.paused")
    browser.press("k", "KeyK", 75)
    browser.until("audio.paused")
    browser.run("document.querySelector('#u3 a').focus()")
    browser.press("ArrowDown", "ArrowDown", 40)
    assert browser.run("document.activeElement.closest('.line').id") == "u4"


def test_letters_in_the_search_box_are_letters(browser: Browser, sample_page: Path) -> None:
    browser.run("document.getElementById('query').focus()")
    for letter in "jersey":
        browser.press(letter, f"Key{letter.upper()}", ord(letter.upper()))
    browser.until("document.getElementById('hits').textContent === '3 found'")
    browser.press("Enter", "Enter", 13)
    assert browser.run("audio.currentTime") == 0


def test_a_missing_recording_is_said_gracefully(browser: Browser, tmp_path: Path) -> None:
    browser.look(1280)
    browser.open(write_html(reviews.sample_call(), tmp_path / "report.html", "./not%20there.wav"))
    browser.until("!document.getElementById('missing').hidden")
    browser.click("#u7 a")
    assert browser.run("document.querySelector('.line.now').id") == "u7"


def test_the_timeline_zooms_and_seeks(browser: Browser, tmp_path: Path) -> None:
    browser.look(1280)
    browser.open(write_html(reviews.sales_call(), tmp_path / "report.html"))
    before = browser.run("document.getElementById('inner').offsetWidth")
    browser.click("#in")
    assert browser.run("document.getElementById('inner').offsetWidth") == 2 * before
    browser.click("#fit")
    browser.click("#inner")
    position = browser.run("Number(document.getElementById('seek').value)")
    assert abs(position - reviews.sales_call().recording.duration_s / 2) < 2
    quiet(browser, tmp_path)


def test_the_theme_can_be_turned(browser: Browser, sample_page: Path) -> None:
    before = browser.run("getComputedStyle(document.body).backgroundColor")
    browser.click("#theme")
    assert browser.run("getComputedStyle(document.body).backgroundColor") != before
    browser.click("#theme")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == before


def test_it_can_be_read_without_script(browser: Browser, tmp_path: Path) -> None:
    browser.look(1280, scripts=False)
    path = write_html(reviews.sales_call(), tmp_path / "report.html", "./call.wav")
    browser.send("Page.navigate", url=path.as_uri())
    browser.until("document.getElementById('origin') !== null")
    browser.run("document.getElementById('u21').scrollIntoView()")
    browser.until("document.body.innerText.includes('That sounds fair.')")
    visible = browser.run("document.body.innerText")
    for expected in ("Share of talk", "Interaction depth", "Longest customer story"):
        assert expected in visible
    assert "Search in the transcript" not in visible
    assert browser.run("document.getElementById('play').offsetParent === null")
    assert browser.run("document.getElementById('audio').controls")
    browser.look(1280)


def test_a_two_hour_call_opens_quickly(browser: Browser, tmp_path: Path) -> None:
    browser.look(1280)
    browser.open(write_html(reviews.long_call(), tmp_path / "long.html"))
    took = browser.run("performance.getEntriesByType('navigation')[0].domComplete")
    assert took < 5000
    browser.run("document.getElementById('query').value = 'scanners'")
    browser.run("document.getElementById('query').dispatchEvent(new Event('input'))")
    browser.until("document.getElementById('hits').textContent.endsWith('found')")
    quiet(browser, tmp_path)
