"""The pages for those who are not let in: to log in, and to be told why not. They need no script and no other file."""

from html import escape
from typing import Final
from urllib.parse import quote

from starlette.responses import HTMLResponse

from compliance.core.language import LANGUAGES, N_, Language

LOGIN: Final = "/login"
LOGOUT: Final = "/auth/logout"
TITLE: Final = N_("Management review")
LOG_IN: Final = N_("Log in")
LOG_OUT: Final = N_("Log out")
WELCOME: Final = N_("Log in with your account in the organisation to see the figures.")
NO_ROLE: Final = N_("You are logged in as {name}, but have no role here. Ask {contact}.")
NAMELESS: Final = N_("somebody without a name")
STYLE: Final = """
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#fff, #14181c);
  color: light-dark(#1b2328, #e8ecef) }
main { width: min(28rem, 100vw - 3rem); padding: 2rem 0 }
h1 { font-size: 2.1rem; font-weight: 600; line-height: 1.2; margin: 0 0 1rem }
p { margin: 0 0 1.5rem }
a.button { display: inline-block; padding: .55rem 1.4rem; border-radius: 6px; font-weight: 600; text-decoration: none;
  background: light-dark(#1f5f8b, #8cc4ea); color: light-dark(#fff, #10171d) }
nav { margin-top: 2.5rem; font-size: .9rem } nav a { color: inherit; margin-right: 1.2rem }
a:focus-visible { outline: 3px solid currentColor; outline-offset: 3px }
"""


def page(say: Language, status: int, *, text: str, button: tuple[str, str], back: str = "") -> HTMLResponse:
    """A page that says one thing and offers one way on. `back` is where the language links lead."""
    label, address = button
    languages = "".join(
        f'<a href="{escape(_in_language(back, code))}" lang="{code}" hreflang="{code}">{escape(name)}</a>'
        for code, name in LANGUAGES.items()
        if code != say.code and back
    )
    body = (
        f'<!doctype html><html lang="{say.code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(say(TITLE))}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(say(TITLE))}</h1><p>{escape(text)}</p>"
        f'<a class="button" href="{escape(address)}">{escape(label)}</a>'
        f"{f'<nav>{languages}</nav>' if languages else ''}</main></body></html>"
    )
    return HTMLResponse(body, status, headers={"cache-control": "no-store"})


def login_page(say: Language, back: str, *, text: str = WELCOME, status: int = 401, **values: object) -> HTMLResponse:
    """The page with the way to the login, which leads `back` afterwards."""
    return page(say, status, text=say(text, **values), button=(say(LOG_IN), login_address(back)), back=back)


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
