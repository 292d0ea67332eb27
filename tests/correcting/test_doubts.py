"""Doubts about a file are codes from a closed list, of which the page has a sentence each."""

from typing import get_args

from compliance.core.language import Language
from compliance.correcting.doubts import Code, Doubt
from compliance.screens.imports import texts
from tests.line import SOURCES


def test_each_doubt_has_a_sentence():
    assert {*texts.PLAIN, *texts.DOUBTS, "unmatched"} == {*get_args(Code)}
    shrunk = Doubt("shrunk", {"n": 3, "before": 1_200})
    assert "3 nu, 1\N{NO-BREAK SPACE}200 då" in texts.doubt_text(shrunk, SOURCES, Language("sv"))
