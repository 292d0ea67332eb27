"""The README of a year package, in Swedish and in English."""

import textwrap
from typing import Final

from compliance.core.language import LANGUAGES, N_, Language
from compliance.review import judging
from compliance.review.approving import Signed, identity_sentences
from compliance.review.dossier import Dossier
from compliance.review.verifying import resealing_sentences

WIDTH: Final = 96
WIDEST: Final = 19
# The folder of the folders of packs, with their files.
PACKS: Final = "packs/"
CONTENTS: Final = {
    "review.json": N_("The whole review as it was sealed: figures, rules, texts, decisions, imports and statements."),
    "signatures.csv": N_("Who submitted and approved it and when (UTC), with the seal."),
    "trail.csv": N_(
        "The entries of the audit trail that tell of these signatures, each with its seal and the one before."
    ),
    "figures.csv": N_(
        "The {count} points: now, what they are compared with and each month; by department and unit for now."
    ),
    "items.csv": N_("How many items of each point have which outcome, and why."),
    "other_figures.csv": N_("Figures beside the points"),
    "decisions.csv": N_("The decisions of this review, and the open ones of earlier reviews."),
    "texts.csv": N_("What is written about each point and in each chapter."),
    "imports.csv": N_("The exports that the figures rest on"),
    "frozen.duckdb": N_("The figures, and the rows that they are counted from, as a DuckDB database."),
    "sql/": N_("The statements that the figures were counted with, as they were then."),
    PACKS: N_("The folders of the points of one's own, as they were installed."),
    "reports/": N_("Reports"),
    "SHA256SUMS": N_("The SHA-256 of every other file here. Its own SHA-256 is the seal of the package."),
}
COMMANDS: Final = """\
    sha256sum -c SHA256SUMS
    sha256sum SHA256SUMS
    cp frozen.duckdb copy.duckdb
    cat sql/macros.sql sql/recount.sql | duckdb copy.duckdb
"""
TABLES: Final = N_(
    "The CSV files follow RFC 4180: commas between cells, UTF-8 with a byte order mark, decimal points, days as "
    "2026-11-15. A text that a spreadsheet program could take for a formula has an apostrophe before it. The names of "
    "columns and all codes are English."
)
PERSONAL: Final = N_(
    "The database has no names of persons, no e-mail and no free text: an x says that a field was filled. Persons have "
    "numbers that were drawn for this package alone. A unit and a day can still point at somebody, so keep the package "
    "as personal data. Texts, decisions and reports say what those who wrote them have written."
)
SEALS: Final = N_(
    "The seal of the review holds the figures, texts and decisions, and no signature. The seal of the package holds "
    "every file here, signatures and reports among them. The page of the review shows it under Documents: compare it "
    "before you trust a package."
)
CHECKING: Final = N_(
    "“python -m compliance verify FILE.zip --seal SEAL” checks every sum and the seals, and counts the figures again "
    "from the rows and statements in the package. Without that program the same is done with sha256sum and DuckDB "
    "(1.5 or newer); the second line is the seal of the package, and the last tables are to equal figures.csv:"
)


def readme(dossier: Dossier, signatures: Signed, *, seal: str, say: Language) -> str:
    """The content of the package and how to check it, in both languages."""
    codes = [say.code, *(code for code in LANGUAGES if code != say.code)]
    return "\n\n".join(_in_language(dossier, signatures, seal=seal, say=Language(code)) for code in codes)


def _in_language(dossier: Dossier, signatures: Signed, *, seal: str, say: Language) -> str:
    title = say(N_("Management review {year}"), year=dossier.year)
    state = (
        N_("Version {version} is approved.")
        if signatures.approved_at
        else N_("Version {version} has been submitted and is not approved. It can still be sent back and changed.")
    )
    known = N_("As-of date {day}. What counts is what was known at {moment} UTC.")
    count = say.in_words(len(dossier.points))
    compare = N_("Seal (the SHA-256 of review.json): {seal}. Compare it with the seal on the page of the review.")
    contents = {name: text for name, text in CONTENTS.items() if name != PACKS or dossier.packs}
    parts = [
        f"{title}\n{'=' * len(title)}",
        *(
            _wrapped(text)
            for text in (judging.sentence(dossier.written, say), judging.grounds(dossier.written))
            if text
        ),
        _wrapped(f"{dossier.organisation}. {say(state, version=dossier.version)}"),
        _wrapped(" ".join(identity_sentences(signatures, say))),
        _wrapped(say(known, day=dossier.as_of, moment=dossier.known_at)),
        _wrapped(say(compare, seal=seal)),
        *(_wrapped(text) for text in resealing_sentences(dossier, say)),
        "\n".join(_wrapped(f"{name:<{WIDEST}}{say(text, count=count)}", WIDEST) for name, text in contents.items()),
        *(_wrapped(say(text)) for text in (SEALS, TABLES, PERSONAL, CHECKING)),
        COMMANDS,
    ]
    return "\n\n".join(parts)


def _wrapped(text: str, indent: int = 0) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
