"""The pages for those who are not let in: to log in, and to be told why not.

They look like the product, with the organisation's own colours, name and logo, and need no script and no other file.
"""

from html import escape
from typing import Final
from urllib.parse import quote

from starlette.responses import HTMLResponse

from compliance.core.language import LANGUAGES, N_, Language
from compliance.declarations import theming
from compliance.declarations.theming import Theme

LOGIN: Final = "/login"
LOGOUT: Final = "/auth/logout"
TITLE: Final = N_("Management review")
LOG_IN: Final = N_("Log in")
LOG_OUT: Final = N_("Log out")
WELCOME: Final = N_("Log in with your account in the organisation to see the figures.")
NO_ROLE: Final = N_("You are logged in as {name}, but have no role here. Ask {contact}.")
NAMELESS: Final = N_("somebody unknown")
# The colours are those of data/theme.toml, or the organisation's own.
STYLE: Final = """
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; overflow-wrap: anywhere;
  font: 1.06rem/1.5 "IBM Plex Sans", system-ui, sans-serif; color: var(--ink); background: var(--bg) }
main { width: min(30rem, 100%) }
.brand { display: flex; align-items: center; gap: .6rem; margin-bottom: 2rem; font-weight: 600 }
.brand img { height: 2.2rem; max-width: 10rem; object-fit: contain }
h1 { font-size: 2.1rem; font-weight: 600; line-height: 1.18; letter-spacing: -.015em; margin: 0 0 .8rem }
p { margin: 0 0 1.6rem }
a { color: var(--accent) } a.button { display: inline-block; padding: .5rem 1.3rem; border-radius: 8px;
  text-decoration: none; background: var(--accent); color: var(--accent-ink) }
nav { margin-top: 2.2rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .9rem }
nav a { margin-right: 1.2rem }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px }
"""
TOKENS: Final = ("bg", "ink", "line", "accent", "accent-ink")


def page(say: Language, status: int, *, text: str, button: tuple[str, str], back: str = "") -> HTMLResponse:
    """A page that says one thing and offers one way on. `back` is where the language links lead."""
    label, address = button
    languages = "".join(
        f'<a href="{escape(_in_language(back, code))}" lang="{code}" hreflang="{code}">{escape(name)}</a>'
        for code, name in LANGUAGES.items()
        if code != say.code and back
    )
    look, _ = theming.current()
    body = (
        f'<!doctype html><html lang="{say.code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(say(TITLE))}</title><style>{_colours(look)}{STYLE}</style></head><body><main>"
        f"{_brand(look)}<h1>{escape(say(TITLE))}</h1><p>{escape(text)}</p>"
        f'<a class="button" href="{escape(address)}">{escape(label)}</a>'
        f"{f'<nav>{languages}</nav>' if languages else ''}</main></body></html>"
    )
    return HTMLResponse(body, status, headers={"cache-control": "no-store"})


def _colours(look: Theme) -> str:
    pairs = " ".join(f"--{name}: light-dark({look.light[name]}, {look.dark[name]});" for name in TOKENS)
    return f":root {{ color-scheme: light dark; {pairs} }}"


def _brand(look: Theme) -> str:
    """The organisation's name after its logo, whose alternative text would repeat it."""
    logo = f'<img src="{escape(look.logo)}" alt="">' if look.logo else ""
    return f'<div class="brand">{logo}{escape(look.name)}</div>' if look.name else ""


def login_page(say: Language, back: str, *, text: str = WELCOME, status: int = 401) -> HTMLResponse:
    """The page with the way to the login, which leads `back` afterwards."""
    return page(say, status, text=say(text), button=(say(LOG_IN), login_address(back)), back=back)


def login_address(back: str) -> str:
    """The address that begins a login and leads `back` afterwards."""
    return f"{LOGIN}?next={quote(back, safe='')}"


def no_role_page(say: Language, back: str, *, name: str, contact: str) -> HTMLResponse:
    """The page for somebody who has logged in but has no role: whom to ask, and the way out."""
    return page(say, 403, text=no_role(say, name, contact), button=(say(LOG_OUT), LOGOUT), back=back)


def no_role(say: Language, name: str, contact: str) -> str:
    """The sentence for somebody who has logged in but has no role."""
    return say(NO_ROLE, name=name or say(NAMELESS), contact=contact)


def _in_language(back: str, code: str) -> str:
    path, _, query = back.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("lang=")]
    return f"{path}?{'&'.join([*kept, f'lang={code}'])}"
