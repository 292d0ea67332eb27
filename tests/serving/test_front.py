"""The pages for those who are not let in look like the product, or as the organisation's own theme says."""

import pytest

from compliance.core.language import Language
from compliance.serving import front

THEME = 'name = "Mälarköpings <kommun>"\nlogo = "logo.svg"\n[light]\naccent = "#00504F"\n[dark]\naccent = "#7FCFCB"\n'


@pytest.fixture
def body(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))

    def shown():
        return front.login_page(Language("sv"), "/point?point=1").body.decode()

    return shown


def test_the_way_to_the_login_has_the_colours_name_and_logo_of_the_organisation(body, tmp_path):
    before = body()
    assert "--accent: light-dark(#1F4E79, #8FBCE6);" in before
    assert 'class="brand"' not in before
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    (tmp_path / "theme.toml").write_text(THEME, "utf-8")
    own = body()
    assert "--accent: light-dark(#00504F, #7FCFCB);" in own
    assert 'src="data:image/svg+xml;base64,' in own
    assert "Mälarköpings &lt;kommun&gt;" in own
    assert '<a class="button" href="/login?next=%2Fpoint%3Fpoint%3D1">Logga in</a>' in own


def test_a_theme_that_cannot_be_used_keeps_nobody_out(body, tmp_path):
    (tmp_path / "theme.toml").write_text("[light]\naccent = 3\n", "utf-8")
    assert "--accent: light-dark(#1F4E79, #8FBCE6);" in body()
