"""Who may see and do what: `python -m tools.table` writes docs/access.md, and test_table tries it on a server."""

from collections.abc import Iterable, Sequence
from typing import Final

from compliance.access.permissions import READING, ROLES, WORDS, Permission, Role
from compliance.core.places import ROOT
from compliance.screens.frame import PAGES, PageEntry
from compliance.screens.widgets import HOME
from compliance.serving.gate import ROUTES, Need
from compliance.serving.uploading import UPLOADING
from tools.acts import ACTS, sites

FILE: Final = ROOT / "docs" / "access.md"
YES, NO = "yes", ""

INTRODUCTION = """# Who may see and do what

Written by `python -m tools.table` from the code; a test compares both, and another tries each line on a server. Code
asks for a permission, never for a role. Somebody with several roles may do what one of them permits.

"""
NOBODY = """
Whoever has not logged in gets the way to the login at the address of a page, and otherwise reaches what needs nothing.
Somebody without a role gets a sentence and whom to ask. Every other address is not there.
"""
SCOPE = """
## Scope

A role may be limited to an organisation, a department or a unit. A person has one scope for all roles; with different
ones they may do nothing. Whoever is limited only reads: of the permissions of their role they keep those marked
"within a scope too", and see figures, items, extracts and links within it alone. Pages and documents that concern more
than that are left out.
"""


def answer(role: Role, permission: Permission) -> str:
    """Whether a role has a permission."""
    return YES if permission in role.permissions else NO


def page_answer(role: Role, entry: PageEntry) -> str:
    """Whether a role opens a page."""
    return answer(role, entry.permission)


def route_answer(role: Role, need: Need) -> str:
    """Whether a role reaches an address."""
    return YES if need is not Need.LOADING or UPLOADING & role.permissions else NO


def table(heading: str, rows: Iterable[Sequence[str]]) -> str:
    """A table with a column per role."""
    lines = [[heading, *(role.title["en"] for role in ROLES)], ["---", *[":-:"] * len(ROLES)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def opened(permission: Permission) -> str:
    """The pages and the acts that a permission opens, in words."""
    entries = [entry for entry in PAGES if entry.permission is permission]
    pages = [f"*{entry.title}* `/{'' if entry.id == HOME else entry.id}`" for entry in entries]
    acts = sorted({ACTS[module, function] for module, function, asked in sites() if asked is permission})
    return f"- **{WORDS[permission]['en']}**: {'; '.join([*pages, *acts]) or 'no page or act of its own'}\n"


def addresses(need: Need) -> str:
    """The addresses that ask for the same."""
    paths = ", ".join(f"`{path}{'…' if path.endswith('/') else ''}`" for path in ROUTES if ROUTES[path] is need)
    return f"- {need.value}: {paths}\n"


def markdown() -> str:
    """The whole of docs/access.md."""
    held = "".join(f"- **{role.title['en']}**: {role.held_by['en']}\n" for role in ROLES)
    words = [
        [
            f"{WORDS[each]['en']}{' (within a scope too)' if each in READING else ''}",
            *(answer(role, each) for role in ROLES),
        ]
        for each in Permission
    ]
    return (
        f"{INTRODUCTION}## Roles\n\n{held}\n## Permissions\n\n{table('Permission', words)}"
        f"\n## Pages and acts\n\n{''.join(map(opened, Permission))}"
        f"\n## Addresses\n\n{''.join(map(addresses, dict.fromkeys(ROUTES.values())))}{NOBODY}{SCOPE}"
    )


if __name__ == "__main__":
    FILE.write_text(markdown(), "utf-8")
