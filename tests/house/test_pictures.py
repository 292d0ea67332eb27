"""The pictures of the documentation are of the product, and show what they are taken for."""

import re
from dataclasses import replace

import pytest
from PIL import Image

from tests.house.test_readme import DOCUMENTS, targets
from tools.screenshots import KEPT, PICTURES, NotOnIt, fewer_colours, take


def test_each_picture_is_in_the_documentation_and_names_a_text():
    named = {
        re.sub(r".*/", "", target) for document in DOCUMENTS for target in targets(document) if "/scre" in f"/{target}"
    }
    assert {f"{name}.png" for name in PICTURES} == {path.name for path in KEPT.iterdir()} == named
    assert [name for name, picture in PICTURES.items() if not picture.shows] == []


def test_a_small_mark_keeps_the_colour_of_its_status():
    picture = Image.linear_gradient("L").convert("RGB")
    marks = [(0, 118, 90), (166, 107, 0), (143, 44, 12), (31, 78, 121)]
    for place, colour in enumerate(marks):
        picture.paste(colour, (20 * place, 0, 20 * place + 6, 6))
    shown = fewer_colours(picture).convert("RGB")
    for place, colour in enumerate(marks):
        drawn = shown.getpixel((20 * place + 3, 3))
        assert max(abs(was - now) for was, now in zip(colour, drawn, strict=True)) < 12


@pytest.mark.exhaustive
def test_every_picture_can_be_taken_again(tmp_path):
    assert {path.name for path in take(PICTURES, tmp_path)} == {f"{name}.png" for name in PICTURES}


@pytest.mark.exhaustive
@pytest.mark.parametrize("address", ["review?review=2026", "nothing"])
def test_a_picture_of_an_empty_page_is_refused(tmp_path, address):
    with pytest.raises(NotOnIt, match=r"^meeting: "):
        list(take({"meeting": replace(PICTURES["meeting"], address=address)}, tmp_path))
    assert list(tmp_path.iterdir()) == []
