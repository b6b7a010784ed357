"""Figures as documentation: markdown tables and a reliability diagram, put between two marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scripts.train.calibration import Bin
from scripts.train.measure import Result

SIDE, EDGE = 260, 36
"""Pixels of the diagram's plot area, and of the margin around it."""


def tables(results: Sequence[Result]) -> str:
    """Return a summary of all results, then the labels and the reliability of the first."""
    return "\n\n".join([_summary(results), _labels(results[0]), _reliability(results[0])])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a markdown table, all but the first column right-aligned."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def _summary(results: Sequence[Result]) -> str:
    """Return one row per part."""
    head = ["texts", "count", "macro-F1", "accuracy", "calibration error before", "after"]
    rows = [
        [r.name, str(r.count), f"{r.macro_f1:.3f}", f"{r.accuracy:.3f}", f"{r.before:.3f}", f"{r.after:.3f}"]
        for r in results
    ]
    return _table(head, rows)


def _labels(result: Result) -> str:
    """Return one row per label of a part."""
    head = [f"label ({result.name})", "precision", "recall", "F1", "count"]
    rows = [
        [f.label, f"{f.precision:.3f}", f"{f.recall:.3f}", f"{f.f1:.3f}", str(f.support)]
        for f in result.figures
    ]
    return _table(head, rows)


def _reliability(result: Result) -> str:
    """Return one row per bin of the probability given."""
    head = [f"probability of the answer ({result.name})", "answers", "mean probability", "share right"]
    rows = [
        [f"{b.low:.1f} to {b.high:.1f}", str(b.count), f"{b.confidence:.3f}", f"{b.accuracy:.3f}"]
        for b in result.curve
    ]
    return _table(head, rows)


def diagram(curve: Sequence[Bin], title: str) -> str:
    """Return a reliability diagram as SVG: dots sized by count; on the diagonal is perfect."""
    whole = SIDE + 2 * EDGE
    most = max(part.count for part in curve)
    dots = "".join(
        f'<circle cx="{_x(b.confidence)}" cy="{_y(b.accuracy)}" r="{3 + 6 * (b.count / most) ** 0.5:.1f}">'
        f"<title>{b.count} answers: said {b.confidence:.2f}, right {b.accuracy:.2f}</title></circle>"
        for b in curve
    )
    line = " ".join(f"{_x(b.confidence)},{_y(b.accuracy)}" for b in curve)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" width="{whole}" '
        f'font-family="sans-serif" font-size="11">\n<rect width="{whole}" height="{whole}" fill="#fff"/>\n'
        f'<text x="{EDGE}" y="20" font-size="12">{title}</text>\n{_axes()}\n'
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#999" stroke-dasharray="4 4"/>\n'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8"/>\n<g fill="#1f5fa8">{dots}</g>\n</svg>\n'
    )


def _axes() -> str:
    """Return frame, ticks and axis titles."""
    ticks = "".join(
        f'<text x="{_x(v)}" y="{EDGE + SIDE + 14}" text-anchor="middle">{v:g}</text>'
        f'<text x="{EDGE - 5}" y="{_y(v) + 4:.1f}" text-anchor="end">{v:g}</text>'
        for v in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    middle = EDGE + SIDE / 2
    return (
        f'<rect x="{EDGE}" y="{EDGE}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#ccc"/>{ticks}'
        f'<text x="{middle}" y="{2 * EDGE + SIDE - 6}" text-anchor="middle">probability given</text>'
        f'<text transform="translate(10 {middle}) rotate(-90)" text-anchor="middle">share right</text>'
    )


def _x(value: float) -> float:
    """Return the horizontal pixel of 0..1."""
    return round(EDGE + SIDE * value, 1)


def _y(value: float) -> float:
    """Return the vertical pixel of 0..1, upwards."""
    return round(EDGE + SIDE * (1 - value), 1)


def put(document: Path, name: str, block: str) -> None:
    """Replace what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` in a document."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, rest = document.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    document.write_text(f"{before}{begin}\n{block}\n{end}{after}", encoding="utf-8")
