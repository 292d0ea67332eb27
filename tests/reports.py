"""A fictitious report with every kind of block, for the tests of the Word and PDF writers."""

from datetime import UTC, datetime
from itertools import cycle, islice

from compliance.core.language import Language
from compliance.report.blocks import (
    Bar,
    Block,
    Bullets,
    Heading,
    LineChart,
    PageBreak,
    Paragraph,
    Report,
    Signatures,
    Status,
    Table,
)
from compliance.wording.tables import Head
from compliance.wording.trends import Level, Trend, TrendPoint

MADE_AT = datetime(2026, 11, 2, 12, 10, 5, tzinfo=UTC)
LONG_TABLE = 60
TARGET, LIMIT = 0.95, 0.80
# Title in Swedish and English, coverage now and at the last review.
POINTS: tuple[tuple[str, str, float | None, float | None], ...] = (
    (
        "E-utbildning: Informationssäkerhet för medarbetare i staden",
        "E-learning: Information security for employees of the city",
        0.868,
        0.812,
    ),
    ("E-utbildning: Grundkurs i dataskydd", "E-learning: Basic course in data protection", 0.951, 0.874),
    (
        "Implementering av lokal anvisning för informationssäkerhet",
        "Implementation of the local instruction for information security",
        0.734,
        0.702,
    ),
    ("Informationsklassning", "Information classification", 0.196, 0.219),
    ("Riskanalys", "Risk analysis", 0.413, None),
    ("Konsekvensbedömning", "Data protection impact assessment", 0.917, 0.917),
    ("Behörighetshantering", "Access management", 0.9996, 1.0),
    ("Registerförteckning personuppgiftsbehandling", "Record of processing of personal data", 1.0, 0.953),
    (
        "Informationssäkerhet inom upphandlingsförfarandet",
        "Information security within the procurement procedure",
        0.0,
        0.333,
    ),
    ("Personuppgiftsbiträdesavtal", "Processor agreements", 0.881, 0.86),
    ("Incidenthantering", "Incident management", 0.92, 0.78),
    ("Rapporteringsskyldighet GDPR", "Duty to report under GDPR", None, 0.5),
    ("Rapporteringsskyldighet NIS", "Duty to report under NIS", None, None),
)
UNITS = (
    "Förvaltningsledning och stab",
    "Enheten för individ- och familjeomsorg, ekonomiskt bistånd och försörjningsstöd",
    "HR",
    "Måltidsservice",
    "Äldreomsorgens hemtjänstområde Västra Ängsbacken-Östra Sjövik",
    "Överförmyndarkansliet",
    "Verksamhetsutvecklingsavdelningens systemförvaltningsenhet",
)
WORDS: dict[Status, tuple[str, str]] = {
    "green": ("Når målet", "On target"),
    "yellow": ("Nära", "Near target"),
    "red": ("Under gränsen", "Below limit"),
    "no_basis": ("Underlag saknas", "No basis"),
    "nothing_to_assess": ("Inga ärenden", "Nothing to assess"),
}


def sample(language: str = "sv", draft: str | None = None) -> Report:
    """The fictitious report; `draft` is the word on each page of a draft."""
    say = Language(language)
    return Report(
        language=language,
        title=_t(say, "Ledningens genomgång 2026", "Management review 2026"),
        organisation=_t(say, "Social- och omsorgsförvaltningen", "Social Services and Care"),
        facts=_facts(say),
        draft=draft,
        footer=_t(
            say,
            "Ledningens genomgång 2026 · Social- och omsorgsförvaltningen",
            "Management review 2026 · Social Services and Care",
        ),
        contents=_t(say, "Innehåll", "Contents"),
        page=_t(say, "Sida {page} av {pages}", "Page {page} of {pages}"),
        made_at=MADE_AT,
        blocks=(*_introduction(say), *_guideline(say), *_follow_up(say), *_year(say), *_ending(say)),
    )


def _t(say: Language, swedish: str, english: str) -> str:
    return swedish if say.code == "sv" else english


def _facts(say: Language) -> tuple[tuple[str, str], ...]:
    day = say.date(MADE_AT.date())
    return (
        (_t(say, "Avser läget", "As of"), day),
        (_t(say, "Status", "State"), _t(say, "Godkänd", "Approved")),
        (_t(say, "Framtagen av", "Prepared by"), "Maj Exempelsson"),
        (_t(say, "Version", "Version"), _t(say, "Fullständig", "Complete")),
    )


def status_of(share: float | None, before: float | None) -> Status:
    """The status of a fictitious point: without a share it has no basis or, if it had one before, nothing to assess."""
    if share is None:
        return "no_basis" if before is None else "nothing_to_assess"
    return "green" if share >= TARGET else "yellow" if share >= LIMIT else "red"


def _bar(say: Language, label: str, share: float | None, before: float | None) -> Bar:
    status = status_of(share, before)
    text = say.percent(share, limits=(TARGET, LIMIT))
    return Bar(label, share, text, TARGET, status, _t(say, *WORDS[status]), before)


def _bars(say: Language, caption: str, bars: tuple[Bar, ...]) -> Table:
    columns = (
        Head(_t(say, "Punkt", "Point"), width=4),
        Head(_t(say, "Uppfyllt", "Met"), numeric=True),
        Head(_t(say, "Mål", "Target"), numeric=True),
        Head(_t(say, "Förra", "Last"), numeric=True),
        Head(_t(say, "Status", "Status"), width=1.5),
    )
    rows = tuple((b.label, b.text, say.percent(b.target), say.percent(b.before), b.word) for b in bars)
    return Table(caption, columns, rows, bars, scale="0–100")


def _introduction(say: Language) -> tuple[Block, ...]:
    return (
        Heading(_t(say, "Inledning", "Introduction"), 1),
        Paragraph(
            _t(say, "3 av 11 mätbara punkter når målet.", "3 of 11 measurable points reach their target."), "answer"
        ),
        Paragraph(
            _t(
                say,
                "Genomgången bygger på förvaltningens egna system. Underlaget hämtades den 31 oktober 2026, "
                "och varje siffra kan följas till sin rad i uttaget.\nRad två i samma stycke, med <b>tecken</b> & "
                '"citat" som ska stå som de är: # $ * _ @ \\ [ ] ~ `.',
                "The review rests on the administration's own systems. The basis was taken on 31 October 2026, "
                "and each figure can be followed to its row in the export.\nLine two of the same paragraph, with "
                '<b>signs</b> & "quotes" that shall stand as they are: # $ * _ @ \\ [ ] ~ `.',
            )
        ),
        Bullets(
            (
                _t(say, "Informationsklassning ligger lägst.", "Information classification is lowest."),
                _t(
                    say,
                    "Personuppgiftsincidentrapporteringen har inget underlag, eftersom incidentsystemet byttes i maj "
                    "och leverantören ännu inte har lämnat ut den gamla databasen.",
                    "Breach reporting has no basis, since the incident system was replaced in May and the supplier "
                    "has not yet handed over the old database.",
                ),
                _t(say, "Behörigheter gås igenom i tid.", "Access rights are reviewed in time."),
            )
        ),
        Paragraph(
            _t(
                say,
                "Alla namn och siffror i den här rapporten är påhittade.",
                "All names and figures in this report are fictitious.",
            ),
            "note",
        ),
    )


def _guideline(say: Language) -> tuple[Block, ...]:
    return (
        Heading(_t(say, "1 Riktlinje", "1 Guideline"), 1),
        Paragraph(
            _t(
                say,
                "Riktlinjen gäller sedan 2024 och har inte ändrats.",
                "The guideline is in force since 2024 and unchanged.",
            )
        ),
        Heading(_t(say, "1.1 Lokal anvisning", "1.1 Local instruction"), 2),
        Paragraph(
            _t(
                say,
                "Anvisningen reviderades i mars och är känd på alla enheter.",
                "The instruction was revised in March and is known in all units.",
            )
        ),
        Heading(_t(say, "1.2 Verksamhetsplan", "1.2 Operational plan"), 2),
        Paragraph(
            _t(say, "Fyra av fem aktiviteter är genomförda.", "Four of five activities are done."),
        ),
    )


def _follow_up(say: Language) -> tuple[Block, ...]:
    titles = [_t(say, swedish, english) for swedish, english, _, _ in POINTS]
    every = tuple(_bar(say, f"{i} {POINTS[i - 1][say.code == 'en']}", *POINTS[i - 1][2:]) for i in range(1, 14))
    blocks: list[Block] = [
        PageBreak(),
        Heading(_t(say, "2 Uppföljning", "2 Follow-up"), 1),
        Paragraph(
            _t(say, "Tre punkter når målet, åtta gör det inte.", "Three points reach their target, eight do not."),
            "answer",
        ),
        _bars(say, _t(say, "De tretton granskningspunkterna", "The thirteen review points"), every),
    ]
    for number, (title, (_, _, share, before)) in enumerate(zip(titles, POINTS, strict=True), start=1):
        blocks += _point(say, number, title, share, before)
    return tuple(blocks)


def _point(say: Language, number: int, title: str, share: float | None, before: float | None) -> tuple[Block, ...]:
    bar = _bar(say, title, share, before)
    chart = _trend(say, title, share, before) if number % 3 == 0 else _bars(say, title, _units_of(say, share, number))
    return (
        Heading(f"2.0.{number} {title}", 2),
        Paragraph(f"{bar.text}: {bar.word.lower()}.", "answer"),
        chart,
        Heading(_t(say, "Kommentar och åtgärd", "Comment and action"), 3),
        Paragraph(
            _t(
                say,
                "Arbetet följer planen. Systemförvaltarna har fått en ny rutin, och avstämning sker varje kvartal.\n"
                "Nästa avstämning är i januari.",
                "The work follows the plan. The system administrators have a new routine, and progress is checked "
                "every quarter.\nThe next check is in January.",
            ),
            "comment",
        ),
        Paragraph(_t(say, "Källa: uttag 31 oktober 2026.", "Source: export of 31 October 2026."), "note"),
    )


def _units_of(say: Language, share: float | None, number: int) -> tuple[Bar, ...]:
    """One to four units with shares close to the point's."""
    shares = [share, *(None if share is None else max(0.0, min(1.0, share + step)) for step in (-0.31, 0.04, -0.08))]
    names = islice(cycle(UNITS), number, number + 1 + number % 4)
    return tuple(_bar(say, name, value, None) for name, value in zip(names, shares, strict=False))


def _trend(say: Language, title: str, share: float | None, before: float | None) -> LineChart:
    parts = (0.7, 0.72, 0.8, 0.83, 0.9, 0.88, 1.0)
    shares = [before, None, *(None if share is None else share * part for part in parts)]
    names = ["nov\n2025", "dec", "jan\n2026", "feb", "mar", "apr", "maj", "jun", "jul"]
    moments = tuple(TrendPoint(name, value, say.percent(value)) for name, value in zip(names, shares, strict=True))
    return LineChart(
        caption=_t(say, f"{title} över tid", f"{title} over time"),
        alt=_t(say, f"Linje: från {moments[0].text} till {moments[-1].text}.", f"Line: to {moments[-1].text}."),
        name=title,
        trend=Trend(
            moments,
            target=Level(TARGET, _t(say, "mål 95 %", "target 95%")),
            limit=Level(LIMIT, _t(say, "gräns 80 %", "limit 80%")),
        ),
    )


def _year(say: Language) -> tuple[Block, ...]:
    return (
        Heading(_t(say, "2.1 Året som gått", "2.1 The year"), 2),
        Heading(_t(say, "Alla enheters åtgärder", "The actions of all units"), 3),
        _long_table(say),
    )


def _long_table(say: Language) -> Table:
    """Sixty rows over several pages, with long names and words that cannot be broken."""
    units = cycle(UNITS)
    action = _t(say, "Klassa om och följ upp handlingsplanen", "Classify again and follow up the plan")
    rows = tuple(
        (f"Å-{n:03}", next(units), action if n % 5 else f"{action}. {action}, {n}.", say.number(n * 1037 / 10))
        for n in range(1, LONG_TABLE + 1)
    )
    columns = (
        Head("Nr", width=0.8),
        Head(_t(say, "Enhet", "Unit"), width=3),
        Head(_t(say, "Åtgärd", "Action"), width=4),
        Head(_t(say, "Timmar", "Hours"), numeric=True, width=1),
    )
    return Table(_t(say, "Åtgärder", "Actions"), columns, rows)


def _ending(say: Language) -> tuple[Block, ...]:
    return (
        PageBreak(),
        Heading(_t(say, "3 Bedömning och beslut", "3 Assessment and decisions"), 1),
        Paragraph(
            _t(
                say,
                "Arbetet bedöms som delvis tillräckligt. Informationsklassningen prioriteras under 2027.",
                "The work is judged partly sufficient. Classification has priority in 2027.",
            ),
            "answer",
        ),
        Signatures(
            title=_t(say, "Underskrift", "Signature"),
            lines=(
                (_t(say, "Inlämnad av", "Submitted by"), "Maj Exempelsson, 2026-11-02"),
                (_t(say, "Ort och datum", "Place and date"), ""),
                (_t(say, "Förvaltningschef", "Head of administration"), ""),
                (_t(say, "Namnförtydligande", "Name in print"), ""),
            ),
        ),
    )
