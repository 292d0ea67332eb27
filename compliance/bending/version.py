"""Whether the installed Streamlit is one that all this is true for (`data/bending/streamlit.toml`), in sentences.

Python says by itself that a module or a class is gone. What would go unnoticed is asked here: a method that nothing
calls any more, a mark that no page has, a text that nobody sees.
"""

import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, Final

import streamlit as st

from compliance.core.places import STATIC, STREAMLIT
from compliance.declarations.declared import build, read_toml

# What the parts of Streamlit's pages are called, in selectors.
MARK: Final = re.compile(r"(?<![\w-])st[A-Z]\w+|(?<=data-testid=)\w+|(?<=data-testid[$^]=)\w+|data-test-[\w-]+|dvn-\w+")
SPEAKING: Final = (STATIC / "style.css", STATIC / "app.js", STREAMLIT)
# The texts that the frontend fills in, or that stand in its code beside others.
FILLED: Final = re.compile(r"\{\w+\}|MB\b|\b1\b|over 1000")
FEWEST_LETTERS: Final = 4


@dataclass(frozen=True)
class Use:
    """A name of Streamlit's that is used: what it must take, go by or stand for, and what is lost without it."""

    name: str
    why: str
    takes: tuple[str, ...] = ()
    speaks_of: tuple[str, ...] = ()
    value: str = ""


def true_for() -> str:
    """The version that all this is true for."""
    return str(read_toml(STREAMLIT)["version"])


def changes() -> Iterator[str]:
    """What another version has changed of the names that are used, a sentence each."""
    for table in read_toml(STREAMLIT)["names"]:
        use: Use = build(Use, table, file=STREAMLIT.name)
        for change in _changes(use):
            yield f"Streamlit {st.__version__}: {use.name} {change}. It is needed so that {use.why}."


def _changes(use: Use) -> Iterator[str]:
    try:
        found: Any = pkgutil.resolve_name(use.name)
    except (ImportError, AttributeError):
        yield "is gone"
        return
    if use.value and found != use.value:
        yield f"is {found!r}, not {use.value!r}"
    for name in use.takes:
        if name not in inspect.signature(found).parameters:
            yield f"does not take {name}"
    for name in use.speaks_of:
        if name not in _spoken(found.__code__):
            yield f"does not go by {name}"


def _spoken(code: CodeType) -> set[str]:
    """The names that code uses, with those of the functions inside it."""
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return {*code.co_names, *(name for each in inner for name in _spoken(each))}


def frontend_changes() -> Iterator[str]:
    """What another version has changed of the pages: marks that are spoken of, and texts that are translated."""
    code = _frontend()
    declared = read_toml(STREAMLIT)
    for path in SPEAKING:
        for mark in sorted({*MARK.findall(path.read_text("utf-8"))} - {*declared["assembled"]}):
            if mark.encode() not in code:
                yield f"Streamlit {st.__version__}: no page has {mark}, of which {path.name} speaks."
    for place in declared["words"]:
        for own in (own for text in place["texts"] for own in text["own"] if not place.get("assembled")):
            parts = [part.strip(" :,.") for part in FILLED.split(own)]
            if any(len(part) >= FEWEST_LETTERS and part.encode() not in code for part in parts):
                yield f"Streamlit {st.__version__}: nothing says “{own}”, for which {STREAMLIT.name} has words of ours."


def _frontend() -> bytes:
    """The code of the installed frontend, with every mark and text in it."""
    files = sorted(Path(st.__file__).with_name("static").rglob("*"))
    return b"\n".join(path.read_bytes() for path in files if path.suffix in {".js", ".css", ".html"})
