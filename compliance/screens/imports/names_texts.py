"""The texts of names that change. No Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Final

from compliance.core.language import N_, Language
from compliance.correcting.renaming import Alias, RenamingEffect, Suggestion
from compliance.declarations.sources import Source
from compliance.screens.imports.texts import source_names
from compliance.screens.people_texts import when_and_who
from compliance.wording import phrases
from compliance.wording.tables import Column

KINDS: Final = {
    "organisation": N_("Organisation"),
    "department": N_("Department"),
    "unit": N_("Unit"),
    "system": N_("System"),
}
PURPOSE: Final = N_("Entered once: from its day every export counts under the new name.")


def _entered(alias: Alias, say: Language) -> str:
    if alias.follows:
        return say(N_("Follows from the others"))
    return when_and_who(alias.made_at, alias.made_by, say)


# The changes of name in effect: kind, old and new name, first day, and who entered it.
ALIASES: Final[Sequence[Column[Alias]]] = (
    Column(N_("Type"), lambda alias, say: say(KINDS[alias.kind])),
    Column(N_("Earlier name"), lambda alias, _: alias.old_name),
    Column(N_("New name"), lambda alias, _: alias.new_name, strong=True),
    Column(N_("From"), lambda alias, _: str(alias.valid_from), nowrap=True),
    Column(N_("When"), _entered),
)


def alias_choice(alias: Alias) -> str:
    """An alias in a list to choose from."""
    return f"{alias.old_name} → {alias.new_name} · {alias.valid_from}"


def suggestion_text(suggestion: Suggestion, sources: Mapping[str, Source], say: Language) -> str:
    """A suggestion as a question, with the exports that use the earlier name."""
    where = phrases.listed([say.pick(sources[id_].title) for id_ in suggestion.sources if id_ in sources], say)
    return say.plural(
        "{kind}: is **{old}** now called **{new}**? {count} row in {sources}.",
        "{kind}: is **{old}** now called **{new}**? {count} rows in {sources}.",
        suggestion.naming,
        count=phrases.counted(suggestion.naming, say),
        kind=say(KINDS[suggestion.kind]),
        old=suggestion.old_name,
        new=suggestion.new_name,
        sources=where,
    )


def rows_text(old: str, naming: int, sources: Sequence[str], declared: Mapping[str, Source], say: Language) -> str:
    """How many rows a change of name affects, and in which exports."""
    if not naming:
        return say(N_("No export in use names {old}. Check how it is spelled."), old=old)
    return say.plural(
        "{count} row names {old}, in {sources}.",
        "{count} rows name {old}, in {sources}.",
        naming,
        count=phrases.counted(naming, say),
        old=old,
        sources=source_names(sources, declared, say),
    )


def effect_title(effect: RenamingEffect, kind: str, say: Language) -> str:
    """Whose figures change."""
    title = say(N_("The effect on the figures"))
    return title if kind == "system" else f"{title}: {effect.name}"


def effect_note(effect: RenamingEffect, say: Language, *, changed: bool) -> str:
    """The day and the legend of the chart; or that nothing changes."""
    if not changed:
        return say(N_("No point changes on {day}."), day=say.date(effect.day))
    return say(N_("On {day}. Ring: before. Dot: after. Change in percentage points (pp)."), day=say.date(effect.day))
