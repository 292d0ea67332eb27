"""Reminders to those who deliver exports, as drafts of mails with the template. Nothing is sent."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from compliance.core import drafts, media
from compliance.core.language import N_, Language
from compliance.core.zips import unlike, write_zip
from compliance.correcting import forms
from compliance.correcting.deliveries import Delivery
from compliance.correcting.templates import REQUIRED, template

SUBJECT: Final = N_("We are waiting for the export {source}")
WAITING: Final = {
    "never": N_("We are waiting for the export {source}. We have none yet."),
    "late": N_(
        "We are waiting for the export {source}. The latest that we have is of {day}; the next was expected on {due}."
    ),
}
HOW: Final = N_("This is how it is taken out: {how}")
COLUMNS: Final = N_("Columns: {columns}. Those with * are needed.")
ATTACHED: Final = N_("A template with these columns is attached.")
ASKER: Final = N_("The information security coordinator")


def reminder(delivery: Delivery, say: Language, *, asker: str = "") -> bytes:
    """The draft to who delivers an export, with its template; `asker` is who asks for it."""
    source, by = delivery.source, delivery.by
    subject = say(SUBJECT, source=say.pick(source.title))
    text = "\n".join(_lines(delivery, say, asker))
    return drafts.draft(by.address, subject, text, [(_template_name(delivery, say), template(source, say), media.XLSX)])


def reminders(deliveries: Iterable[Delivery], say: Language, *, asker: str, moment: datetime) -> bytes:
    """The drafts of several, in a zip."""
    taken: set[str] = set()
    names = ((unlike(forms.file_name(file_name(each, say)), taken), each) for each in deliveries)
    return write_zip(((f"{name}.eml", reminder(each, say, asker=asker)) for name, each in names), moment)


def file_name(delivery: Delivery, say: Language) -> str:
    """What the file of a draft is called, without its ending."""
    return say(N_("Reminder {name}"), name=say.pick(delivery.source.title))


def _template_name(delivery: Delivery, say: Language) -> str:
    return forms.file_name(say(N_("Template {name}"), name=say.pick(delivery.source.title))) + ".xlsx"


def _lines(delivery: Delivery, say: Language, asker: str) -> Iterator[str]:
    source, by = delivery.source, delivery.by
    yield say(N_("Hello {name},"), name=by.name) if by.name else say(N_("Hello,"))
    yield ""
    yield _waiting(delivery, say)
    if by.how:
        yield say(HOW, how=by.how)
    yield ""
    columns = ", ".join(field.heading + (REQUIRED if field.required else "") for field in source.fields)
    yield say(COLUMNS, columns=columns)
    yield say(ATTACHED)
    yield ""
    yield asker or say(ASKER)


def _waiting(delivery: Delivery, say: Language) -> str:
    title = say.pick(delivery.source.title)
    if delivery.newest is None or delivery.due is None:
        return say(WAITING["never"], source=title)
    return say(WAITING["late"], source=title, day=say.date(delivery.newest), due=say.date(delivery.due))
