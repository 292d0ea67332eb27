"""The theme: one palette everywhere, legible and distinguishable for everybody, and an organisation's own over it."""

import base64
import re
from itertools import combinations, product

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from compliance.access import permissions
from compliance.access.permissions import ANALYST, COORDINATOR, User
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.places import REPORT, ROOT
from compliance.declarations import theming
from compliance.declarations.declared import marks
from compliance.declarations.theming import MODES
from compliance.drawing import plots
from compliance.report.writers import typesetting
from tests.sampled import beside

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><path d="M0 0h9v9z"/></svg>'
# A red and a turquoise that are legible on the product's backgrounds.
OWN = 'name = "Mälarköpings <kommun>"\nlogo = "logo.svg"\n[light]\naccent = "#00504F"\n[dark]\naccent = "#7FCFCB"\n'


def theme_file(folder, text):
    (folder / "theme.toml").write_text(text, "utf-8")
    return folder


def refused(folder, text):
    with pytest.raises(Refusal) as caught:
        theming.load(theme_file(folder, text))
    return str(caught.value)


# --- One palette --------------------------------------------------------------------------------------------------


def test_the_style_sheet_has_every_token_and_no_other_colour_of_its_own():
    css = (ROOT / "static" / "style.css").read_text("utf-8")
    tokens = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    palettes = {mode: {name: pair[place].upper() for name, *pair in tokens} for place, mode in enumerate(MODES)}
    assert palettes == {mode: theming.product().palette(mode) for mode in MODES}


def test_the_style_sheet_maps_every_colour_of_a_chart_to_its_token():
    css = (ROOT / "static" / "style.css").read_text("utf-8")
    mapped = dict(re.findall(r'\[style\*="fill: (rgb\([\d, ]+\))"\][^{]*\{ fill: var\((--[\w-]+)\)', css))
    mapped |= dict(re.findall(r'fill: (rgb\([\d, ]+\))"\] \{ fill: var\((--[\w-]+)\)', css))
    code = [(ROOT / "compliance" / "drawing" / name).read_text("utf-8") for name in ("plots.py", "plots_incidents.py")]
    used = set(re.findall(r'colours\["([\w-]+)"\]', " ".join(code)))
    assert used >= {"ink", "mute", "line", "bg", "accent", "blue-2", "blue-3", "red"}
    for mode in MODES:
        palette = theming.product().palette(mode)
        assert plots.PALETTES[mode] == palette
        for colour in (palette[token] for token in used | {"green", "yellow", "none"}):
            rgb = ", ".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
            assert palette[mapped[f"rgb({rgb})"].removeprefix("--")] == colour


def test_the_reports_use_the_colours_of_the_pages_whatever_theme_there_is():
    """The report of a frozen review must be the same next year, so an organisation's colours do not reach it."""
    light = {token: colour.removeprefix("#") for token, colour in theming.product().light.items()}
    slides = ["ink", "bg", "mute", "line", "accent", "blue-2", "blue-3", "green", "yellow", "red", "accent", "accent"]
    theme = (REPORT / "slides" / "ppt" / "theme" / "theme1.xml").read_text("utf-8")
    assert re.findall(r'srgbClr val="(\w+)"', theme) == [light[token] for token in slides]
    word = (REPORT / "word" / "word" / "styles.xml").read_text("utf-8")
    assert set(re.findall(r'color(?: w:val)?="([0-9A-F]{6})"', word)) <= set(light.values())
    assert theming.product().light == typesetting.COLOURS


def test_streamlit_gets_a_colour_for_each_of_its_widgets():
    from streamlit import config

    settings = theming.widgets(theming.product())
    assert [key for key in settings if key not in config._config_options_template] == []
    assert settings["theme.light.primaryColor"] == "#1F4E79"
    assert settings["theme.dark.orangeTextColor"] == "#F6C76E"
    assert "Color" not in (ROOT / ".streamlit" / "config.toml").read_text("utf-8")


# --- Legible for everybody ----------------------------------------------------------------------------------------


def test_contrast_is_that_of_wcag():
    assert theming.contrast("#000000", "#FFFFFF") == 21
    # 0x77 / 255 = 0.4667; ((0.4667 + 0.055) / 1.055) ** 2.4 = 0.1845; (1 + 0.05) / (0.1845 + 0.05) = 4.48
    assert round(theming.contrast("#777777", "#FFFFFF"), 2) == 4.48


@pytest.mark.parametrize("mode", MODES)
def test_the_product_itself_keeps_what_it_asks_of_others(mode):
    palette = theming.product().palette(mode)
    low = [pair for *pair, least in theming.PAIRS if theming.contrast(*(palette[token] for token in pair)) < least]
    assert low == []


# Machado, Oliveira and Fernandes (2009), at full severity, for linear RGB.
BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def lab(colour, blind):
    """CIE L*a*b* of a colour as seen with a colour blindness."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    simulated = [min(max(c, 0.0), 1.0) for c in times(BLIND[blind], linear)]
    x, y, z = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
        for t in (value / white for value, white in zip(times(TO_XYZ, simulated), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize(("mode", "blind"), list(product(MODES, BLIND)))
def test_the_three_marks_are_told_apart_by_the_colour_blind(mode, blind):
    marks = [lab(theming.product().palette(mode)[status], blind) for status in ("green", "yellow", "red")]
    apart = [sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5 for pair in combinations(marks, 2)]
    assert min(apart) >= 20


# --- An organisation's own ----------------------------------------------------------------------------------------


def test_without_a_file_the_product_looks_like_itself(tmp_path):
    assert theming.load(tmp_path) == theming.load(None) == theming.product()
    assert theming.style(theming.product()) == ""
    assert theming.usable(tmp_path) == (theming.product(), None)


def test_own_colours_name_and_logo_are_laid_over_the_product(tmp_path):
    (tmp_path / "logo.svg").write_bytes(LOGO)
    look = theming.load(theme_file(tmp_path, OWN))
    assert look.light == theming.product().light | {
        "accent": "#00504F",
        # 90 % of the page's ground: 0x00 + (0xFB - 0x00) · 0.9 = 226 = 0xE2
        "accent-tint": "#E2E9E7",
        "blue-2": look.light["blue-2"],
        "blue-3": look.light["blue-3"],
    }
    assert look.name == "Mälarköpings <kommun>"
    assert look.logo == f"data:image/svg+xml;base64,{base64.b64encode(LOGO).decode()}"
    assert "--accent: light-dark(#00504F, #7FCFCB);" in theming.style(look)
    assert "--green" not in theming.style(look)
    assert theming.widgets(look)["theme.dark.primaryColor"] == "#7FCFCB"


@pytest.mark.parametrize(("mode", "accent"), [("light", "#000000"), ("light", "#6B1C05"), ("dark", "#FFFFFF")])
def test_a_number_can_be_read_on_the_second_shade_of_any_accent(mode, accent, tmp_path):
    palette = theming.load(theme_file(tmp_path, f'[{mode}]\naccent = "{accent}"\n')).palette(mode)
    written = {"light": "ink", "dark": "bg"}[mode]
    assert theming.contrast(palette[written], palette["blue-2"]) >= 4.5


NO_LOGO = "theme.toml: the logo {logo} is no SVG or PNG of at most 200 kB in the same folder."
LOGOS = {name: name for name in ("../logo.svg", "logo.gif", "gone.png", "big.png", "page.svg")}
LOGOS |= {"\\u0000.svg": "\N{REPLACEMENT CHARACTER}.svg"}
REFUSED = {
    'nam = "Norrby"': "theme.toml: there is no setting nam. There are: name",
    '[light]\nacent = "#000000"': "theme.toml: there is no setting [light] acent. There are: accent, ",
    'dark = "#000000"': "theme.toml: write [dark] on a line of its own, and what belongs to it below.",
    '[light]\nink = "black"': "theme.toml: [light] ink is not a colour. Write it as # and six digits or letters A to F,"
    " such as #16202A.",
    "[light]\nink = 0": "theme.toml: [light] ink is not a colour. Write it as # and six digits or letters A to F,"
    " such as #16202A.",
    "name = 7": 'theme.toml: the name is a text of at most 60 characters, such as name = "Mälarköpings kommun".',
    f'name = "{"x" * 61}"': "theme.toml: the name is a text of at most 60 characters, such as"
    ' name = "Mälarköpings kommun".',
    'logo = "logo.svg"': "theme.toml: a logo needs a name as well, which is read out to those who do not see it."
    ' Add name = "…".',
    **{f'name = "N"\nlogo = "{written}"': NO_LOGO.format(logo=shown) for written, shown in LOGOS.items()},
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_amiss_is_refused_with_what_to_do(text, tmp_path):
    (tmp_path / "logo.svg").write_bytes(LOGO)
    (tmp_path / "big.png").write_bytes(b"\x89PNG\r\n\x1a\n".ljust(200_001))
    (tmp_path / "page.svg").write_bytes(b"<html><script>alert(1)</script></html>")
    assert refused(tmp_path, text).startswith(REFUSED[text])


def test_a_file_that_cannot_be_read_at_all_is_refused_and_the_products_look_is_used(tmp_path):
    assert "cannot be read" in refused(tmp_path, f"name = {'[' * 5000}")
    (tmp_path / "theme.toml").unlink()
    (tmp_path / "theme.toml").mkdir()
    look, refusal = theming.usable(tmp_path)
    assert look is theming.product()
    assert str(refusal) == "The file theme.toml cannot be read: Is a directory. Correct it and start again."


def test_a_link_to_a_logo_that_is_gone_is_no_mark(tmp_path):
    (theme_file(tmp_path, OWN) / "logo.svg").symlink_to(tmp_path / "gone.svg")
    assert [name for name, _ in marks(tmp_path)] == [str(tmp_path / "theme.toml")]


@pytest.mark.parametrize(
    "value", ["#000000;} body{display:none", "</style><script>", "url(//x)", "#12345", "#GGGGGG", "#000000\\n"]
)
def test_nothing_but_a_colour_gets_into_the_style(value, tmp_path):
    assert "is not a colour" in refused(tmp_path, f'[light]\nink = "{value}"\n')


def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(tmp_path):
    with pytest.raises(Refusal) as caught:
        theming.load(theme_file(tmp_path, '[light]\naccent = "#FFB000"\n'))
    message = Language("sv").refusal(caught.value)
    assert message.startswith("theme.toml: [light] accent har för låg kontrast mot bg: 1,7:1, och det behövs 4,5:1")
    assert "Välj till exempel" in message
    (better,) = re.findall(r"#[0-9A-F]{6}", message)
    assert 4.5 <= theming.contrast(better, theming.product().light["bg"]) < 4.8


def test_a_ground_that_text_cannot_be_read_on_is_what_is_refused(tmp_path):
    message = refused(tmp_path, '[dark]\nbg = "#8A97A4"\n')
    assert message.startswith("theme.toml: [dark] bg stands out too little from ink")
    assert "Choose #" in message


# --- On the page --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("theming")
    beside(path)
    return path


@pytest.fixture
def opened(folder, monkeypatch):
    """The page on how figures are computed, as a user of a role sees it with a theme."""
    begin = PagesManager.__init__

    def begin_warm(self, *args, **named):
        begin(self, *args, **named)
        PagesManager.uses_pages_directory = False

    def open_(text, role=COORDINATOR):
        theme_file(folder, text)
        (folder / "logo.svg").write_bytes(LOGO)
        monkeypatch.setattr(permissions, "current_user", lambda: User("tester", role))
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.switch_page("pages/about.py")
        app.run()
        assert not app.exception
        return app

    monkeypatch.setattr(PagesManager, "__init__", begin_warm)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(folder / "own.duckdb"))
    return open_


def page_text(app):
    return " ".join(part.value for part in app.markdown)


@pytest.mark.live
def test_the_name_and_the_logo_are_in_the_frame(opened):
    app = opened(OWN)
    picture = f'<img src="data:image/svg+xml;base64,{base64.b64encode(LOGO).decode()}"'
    assert f'<div class="v-brand">{picture} alt="Mälarköpings &lt;kommun&gt;"/>' in page_text(app)
    styles = [part.proto.body for part in app.get("html")]
    assert any("--accent: light-dark(#00504F, #7FCFCB);" in style for style in styles)


@pytest.mark.live
def test_no_page_fails_whatever_goes_wrong_with_the_look(opened, monkeypatch):
    def broken(_theme):
        raise OSError

    monkeypatch.setattr(theming, "style", broken)
    shown = page_text(opened(""))
    assert "Något gick fel." in shown
    assert "Om siffrorna" in shown


@pytest.mark.exhaustive
def test_a_refused_theme_is_told_once_and_to_whoever_can_mend_it(opened):
    amiss = '[light]\nacent = "#000000"\n'
    message = "Produktens eget utseende visas i stället för ert. theme.toml: inställningen [light] acent finns inte."
    app = opened(amiss)
    assert page_text(app).count(message) == 1
    assert "v-brand" not in page_text(app)
    app.switch_page("pages/quality.py").run()
    assert message not in page_text(app)
    assert message not in page_text(opened(amiss, ANALYST))
