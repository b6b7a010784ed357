"""docs/configuration.md, out of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from core.settings import LEVELS, PREFIX, Section, Settings

HEAD = """# Configuration

Nothing needs to be set. Each setting is an environment variable; a name with our prefix that is no
setting is refused, so that a misspelt one does not pass in silence.

| variable | default | what it does |
| --- | --- | --- |
"""

AT_HOME = {f"{PREFIX}WEIGHTS": "`~/.cache/debrief/weights`", f"{PREFIX}DATA": "`~/.local/share/debrief`"}
"""Defaults made from the user's home: never the home of whoever generates the document."""


def render() -> str:
    """Return the whole document."""
    return HEAD + "".join(
        f"| `{name}` | {default} | {text} |\n" for name, default, text in rows(Settings, PREFIX)
    )


def rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    """Yield (variable, default, meaning) for every setting, sections flattened."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from rows(kind, f"{prefix}{name.upper()}{LEVELS}")
        else:
            variable = f"{prefix}{name.upper()}"
            yield variable, _default(variable, field), " ".join((field.description or "").split())


def _default(variable: str, field: FieldInfo) -> str:
    if variable in AT_HOME:
        return AT_HOME[variable]
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value in ("", (), {}):
        return "none"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


PATH = Path("docs/configuration.md")
