"""What can be done on the pages: the places that ask for a permission, and each in words."""

import ast
from collections.abc import Iterator
from typing import Final

from compliance.access.permissions import Permission
from compliance.core.places import ROOT

SCREENS: Final = ROOT / "compliance" / "screens"
ASKS: Final = {"perform", "require", "field", "_sign"}
# By module and function. What changes something asks there for its permission, and what hands a file out.
ACTS: Final = {
    ("checklist", "_form"): "write who delivers an export",
    ("checklist", "_reminder"): "download a reminder to who delivers an export",
    ("checklist", "_all_reminders"): "download the reminders of all exports that are late",
    ("checklist", "draw"): "see the checklist of exports",
    ("city.page", "_content"): "download the coverage of all organisations",
    ("decisions.page", "_follow_up_form"): "follow up a decision",
    ("digest.page", "_file"): "download a digest",
    ("digest.page", "_make"): "make a new digest",
    ("extracts.page", "_content"): "download an extract",
    ("extracts.page", "_every_content"): "download all extracts",
    ("imports.answers", "_taking"): "take a unit's answer",
    ("imports.card", "_rejected"): "download the rejected rows of a file",
    ("imports.courses", "_save"): "say which course is which",
    ("imports.courses", "settings"): "see which course is which",
    ("imports.forms", "_file"): "download a questionnaire",
    ("imports.forms", "_when_and_where"): "write when and where to answer",
    ("imports.forms", "questionnaires"): "see the questionnaires",
    ("imports.history", "_cells"): "see the cells of an import",
    ("imports.meanings", "settings"): "see what words and dates mean",
    ("imports.names", "_confirm_removal"): "remove a change of name",
    ("imports.history", "_revoke"): "revoke an import",
    ("imports.history", "unread_cleanings"): "confirm what an upgrade has cleaned",
    ("imports.intake", "take_up"): "take up a file that the intake holds",
    ("imports.intake", "decline"): "put a file of the intake away without loading it",
    ("imports.mapping", "_delete"): "remove a mapping of columns",
    ("imports.mapping", "_save"): "map columns",
    ("imports.names", "_form"): "change a name",
    ("imports.names", "names"): "see the changes of names",
    ("imports.history", "rename"): "change the name of the organisation",
    ("imports.returns", "_workbook"): "download the rows of an import to correct",
    ("imports.inbox_page", "_above"): "order that files are loaded",
    ("imports.inbox_page", "_load"): "load a file",
    ("imports.inbox_page", "_receive"): "drop files",
    ("meeting.page", "_handout"): "download the handout of the meeting",
    ("meeting.page", "_save_decision"): "decide in the meeting",
    ("meeting.page", "_save_note"): "write a note in the meeting",
    ("audit.page", "rows"): "download the audit trail",
    ("no_data", "_template"): "download a template",
    ("point.compare", "section"): "download what has changed",
    ("review.decisions", "_change"): "withdraw a decision",
    ("review.decisions", "_decide_form"): "decide",
    ("review.documents", "_measures"): "download the measures",
    ("review.documents", "_peers"): "drop the figures of other organisations",
    ("review.documents", "_report"): "download reports and slides (complete only with comments and decisions)",
    ("review.documents", "_whole_package"): "download the year package (only with names of persons)",
    ("review.page", "_day_form"): "choose another day for a review",
    ("review.page", "_open_button"): "open a review",
    ("review.signing", "_correct"): "correct an approved review",
    ("review.signing", "_submit_form"): "submit a review",
    ("review.signing", "_submitted"): "approve a review, or send it back",
    ("review.signing", "_verify"): "verify a review",
    ("reviews", "save"): "write in a review",
    ("roles.page", "_confirm"): "take a role away",
    ("roles.page", "_giving"): "give a role",
    ("sayings", "_save"): "say what words and dates mean",
    ("settings.page", "_install"): "install a point",
    ("settings.page", "_of_zip"): "drop a point as a ZIP",
    ("settings.page", "_switch"): "switch a point on or off",
    ("training.page", "_reminders"): "download whom to remind",
    ("worklists.page", "_all"): "download the lists or mails of all units",
    ("worklists.page", "_draft"): "download the mail of a unit",
    ("worklists.page", "_mark_sent"): "mark lists as sent",
    ("worklists.page", "_save"): "write a status and a note of items",
    ("worklists.page", "_workbook"): "download the list of a unit",
    ("widgets", "start_own_button"): "start the own database",
}


def sites() -> Iterator[tuple[str, str, Permission]]:
    """The places that ask for a permission: module, function and permission."""
    for path in sorted(SCREENS.rglob("*.py")):
        name = ".".join(path.relative_to(SCREENS).with_suffix("").parts)
        for function, call in calls(ast.parse(path.read_text("utf-8")), ""):
            for permission in asked(call):
                yield name, function, permission


def calls(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
    """The calls below a node, each with the function that it stands in."""
    function = node.name if isinstance(node, ast.FunctionDef) else function
    if isinstance(node, ast.Call):
        yield function, node
    for child in ast.iter_child_nodes(node):
        yield from calls(child, function)


def asked(call: ast.Call) -> list[Permission]:
    """The permissions that a call asks for."""
    if ast.unparse(call.func).split(".")[-1] not in ASKS:
        return []
    return [permission for argument in call.args for permission in named(argument)]


def named(part: ast.AST) -> list[Permission]:
    """The permissions that a part of the code names. `_needed` chooses between two by the field that is written."""
    if isinstance(part, ast.Call) and ast.unparse(part.func) == "_needed":
        return [Permission.ASSESS_REVIEW, Permission.WRITE_REVIEW]
    every = [node for node in ast.walk(part) if isinstance(node, ast.Attribute)]
    return [Permission[node.attr] for node in every if ast.unparse(node.value) == "Permission"]
