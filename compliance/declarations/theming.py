"""The theme: the product's colours by token, and an organisation's own colours, name and logo over them.

A token has the same name in data/theme.toml, in the organisation's own theme.toml and in static/style.css.
"""

import base64
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import LANGUAGES, N_, Language
from compliance.core.places import THEME
from compliance.declarations.declared import BELOW, UNKNOWN, Table, as_declared, read_toml

Mode = Literal["light", "dark"]
Palette = dict[str, str]
MODES: Final[tuple[Mode, ...]] = ("light", "dark")
FILE: Final = THEME.name
HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
KINDS: Final = {".svg": "image/svg+xml", ".png": "image/png"}
BEGINS: Final = {".svg": re.compile(rb"\s*(<\?xml|<!--|<svg|<!DOCTYPE svg)"), ".png": re.compile(rb"\x89PNG\r\n\x1a\n")}
MOST_KB: Final = 200
LONGEST_NAME: Final = 60

# Pairs of foreground, background and least contrast, by WCAG 2.1 AA for text and for graphical marks.
TEXT, MARK = 4.5, 3.0
PAIRS: Final = (
    *((token, ground, TEXT) for token in ("ink", "mute", "accent") for ground in ("bg", "card", "quiet")),
    *(("accent-ink", ground, TEXT) for ground in ("accent", "red")),
    *((f"{status}-text", ground, TEXT) for status in ("green", "yellow", "red", "none") for ground in ("bg", "card")),
    *((f"{status}-text", f"{status}-tint", TEXT) for status in ("green", "yellow", "none")),
    ("red-on-tint", "red-tint", TEXT),
    ("ink", "none-tint", TEXT),
    *((status, "bg", MARK) for status in ("green", "yellow", "red", "none")),
)
# The paler shades of the accent with the share of the background in each, and the text colour on the darkest.
SHADES: Final = {"accent-tint": 0.9, "blue-2": 0.4, "blue-3": 0.73}
WRITTEN: Final[dict[Mode, str]] = {"light": "ink", "dark": "bg"}

# Streamlit's names for the colours of its widgets, with the token for each.
WIDGETS: Final = {
    "primaryColor": "accent",
    "backgroundColor": "bg",
    "secondaryBackgroundColor": "quiet",
    "textColor": "ink",
    "borderColor": "line",
    "linkColor": "accent",
    "codeTextColor": "ink",
    "codeBackgroundColor": "quiet",
    "dataframeBorderColor": "line",
    "dataframeHeaderBackgroundColor": "quiet",
    "dataframeHeaderTextColor": "mute",
    "blueColor": "accent",
    "blueTextColor": "accent",
    "blueBackgroundColor": "accent-tint",
    "violetColor": "blue-2",
    "violetTextColor": "accent",
    "violetBackgroundColor": "accent-tint",
    **{
        f"{name}{part}Color": f"{token}{ending}"
        for name, token in (
            ("green", "green"),
            ("orange", "yellow"),
            ("yellow", "yellow"),
            ("red", "red"),
            ("gray", "none"),
        )
        for part, ending in (("", ""), ("Text", "-text"), ("Background", "-tint"))
    },
}


@dataclass(frozen=True)
class Theme:
    """The colours of both modes, and the organisation's name and logo if it has given them.

    `logo` is a data address. It is used as a picture only, so a script in an SVG never runs.
    """

    light: Palette
    dark: Palette
    name: str = ""
    logo: str = ""

    def palette(self, mode: Mode) -> Palette:
        """The colours of a mode, by token."""
        return self.light if mode == "light" else self.dark


@cache
def product() -> Theme:
    """The product's theme."""
    table = read_toml(THEME)
    return Theme(table["light"], table["dark"])


def load(own: Path | None) -> Theme:
    """The product's theme with the theme.toml in the folder `own` over it. Raise Refusal if that file is invalid."""
    file = own / FILE if own else None
    if file is None or not file.exists():
        return product()
    table = read_toml(file)
    for key in table:
        _known(key, ["name", "logo", *MODES])
    palettes = {mode: _palette(table.get(mode, {}), mode) for mode in MODES}
    name = _name(table)
    return Theme(
        palettes["light"], palettes["dark"], name, _logo(file.parent, table["logo"]) if "logo" in table else ""
    )


def usable(own: Path | None) -> tuple[Theme, Refusal | None]:
    """The organisation's theme, or the product's and the refusal if the organisation's is invalid."""
    try:
        return load(own), None
    except Refusal as refusal:
        return product(), refusal


def current() -> tuple[Theme, Refusal | None]:
    """What `usable` gives for the organisation's folder, read again when one of its files changes."""
    return as_declared(usable)


# --- Style sheet and widgets --------------------------------------------------------------------------------------


def style(theme: Theme) -> str:
    """A CSS rule that sets the organisation's colours, or an empty text if it has none."""
    pairs = [(token, theme.light[token], theme.dark[token]) for token in theme.light]
    default = product()
    own = [pair for pair in pairs if pair[1:] != (default.light[pair[0]], default.dark[pair[0]])]
    return f":root {{ {' '.join(f'--{t}: light-dark({light}, {dark});' for t, light, dark in own)} }}" if own else ""


def widgets(theme: Theme) -> dict[str, Any]:
    """Streamlit's settings for the colours of its widgets."""
    settings: dict[str, Any] = {}
    for mode in MODES:
        palette = theme.palette(mode)
        settings |= {f"theme.{mode}.{key}": palette[token] for key, token in WIDGETS.items()}
        kinds = [palette[token] for token in ("accent", "blue-2", "blue-3")]
        settings[f"theme.{mode}.chartCategoricalColors"] = kinds
    return settings


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.1 defines it."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def _mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another mixed in."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round((c + (o - c) * share) * 255):02X}" for c, o in pairs)


# --- Validation ---------------------------------------------------------------------------------------------------


def _known(key: str, keys: list[str], *, within: str = "") -> None:
    if key in keys:
        return
    raise Refusal(
        UNKNOWN,
        file=FILE,
        key=f"{within}{key}",
        known=", ".join(sorted(keys, key=lambda name: name != nearest(key, keys))),
    )


def _palette(colours: Any, mode: Mode) -> Palette:
    """The colours of a mode with the organisation's own. Raise Refusal if one is invalid or not legible."""
    default = product().palette(mode)
    if not isinstance(colours, dict):
        raise Refusal(BELOW, file=FILE, line=f"[{mode}]")
    for token, colour in colours.items():
        _known(token, list(default), within=f"[{mode}] ")
        if not isinstance(colour, str) or not HEX.fullmatch(colour):
            raise Refusal(
                N_("{file}: {key} is not a colour. Write it as # and six digits or letters A to F, such as {example}."),
                file=FILE,
                key=f"[{mode}] {token}",
                example=default[token],
            )
    palette = default | colours
    if "accent" in colours:
        palette |= _shades(palette, mode) | colours
    _readable(palette, set(colours), mode)
    return palette


def _shades(palette: Palette, mode: Mode) -> Palette:
    """The paler shades of an accent. `blue-2` is the nearest to its usual share on which a number is legible."""
    shades = {token: _mixed(palette["accent"], palette["bg"], share) for token, share in SHADES.items()}
    steps = sorted((step / 100 for step in range(91)), key=lambda share: abs(share - SHADES["blue-2"]))
    seconds = (_mixed(palette["accent"], palette["bg"], share) for share in steps)
    second = next((one for one in seconds if contrast(palette[WRITTEN[mode]], one) >= TEXT), shades["blue-2"])
    return shades | {"blue-2": second}


def _readable(palette: Palette, own: set[str], mode: Mode) -> None:
    """Refuse a colour of the organisation's own with too little contrast to one that it is used with."""
    for token, ground, least in (*PAIRS, (WRITTEN[mode], "blue-2", TEXT)):
        ratio = contrast(palette[token], palette[ground])
        if ratio >= least or own.isdisjoint({token, ground}):
            continue
        changed, other = (token, ground) if token in own else (ground, token)
        better = _better(palette[changed], palette[other], least)
        raise Refusal(
            FAINT,
            file=FILE,
            key=f"[{mode}] {changed}",
            other=other,
            found=_number(int(ratio * 10) / 10),
            least=_number(least),
            better=better,
        )


FAINT: Final = N_(
    "{file}: {key} stands out too little from {other}: {found}:1, and {least}:1 is needed for everybody to see it. "
    "Choose {better}, for example."
)


def _better(colour: str, other: str, least: float) -> str:
    """The nearest shade of a colour with enough contrast, towards black or white; one of them always has it."""
    shades = (_mixed(colour, end, step / 100) for step in range(1, 101) for end in ("#000000", "#FFFFFF"))
    return next(shade for shade in shades if contrast(shade, other) >= least)


def _number(value: float) -> dict[str, str]:
    return {code: Language(code).number(value, decimals=1) for code in LANGUAGES}


def _name(table: Table) -> str:
    name = table.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise Refusal(
            N_('{file}: the name is a text of at most {most} characters, such as name = "Mälarköpings kommun".'),
            file=FILE,
            most=LONGEST_NAME,
        )
    if "logo" in table and not name.strip():
        raise Refusal(
            N_('{file}: a logo needs a name as well, which is read out to those who do not see it. Add name = "…".'),
            file=FILE,
        )
    return name.strip()


def _logo(folder: Path, name: Any) -> str:
    """The logo as a data address. Raise Refusal if the file cannot be used."""
    suffix = Path(name).suffix.lower() if isinstance(name, str) else ""
    unusable = Refusal(
        N_("{file}: the logo {logo} is no SVG or PNG of at most {most} kB in the same folder."),
        file=FILE,
        logo="".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in str(name)[:80]),
        most=MOST_KB,
    )
    if suffix not in KINDS or Path(name).name != name or not name.isprintable():
        raise unusable
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise unusable from error
    if len(content) > MOST_KB * 1000 or not BEGINS[suffix].match(content.removeprefix(b"\xef\xbb\xbf")):
        raise unusable
    return f"data:{KINDS[suffix]};base64,{base64.b64encode(content).decode()}"
