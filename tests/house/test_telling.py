"""No change of the store and no download can forget the audit trail: each kind has one way, and nothing goes around."""

import ast
from functools import cache

from compliance.core.places import ROOT
from tests.house.test_house import MODULES, module, nodes, statements, tree

# What fills a database that is not the organisation's: the samples, and a backup that is being made anew.
NOT_OWN = {"rebuild"}


def called(node):
    """The names of the functions that a piece of code calls."""
    return {part.func.id for part in ast.walk(node) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}


@cache
def defined(path):
    """What a module defines and imports by name: the module of each function, and its name there."""
    own = {node.name: (path, node) for node in tree(path).body if isinstance(node, ast.FunctionDef)}
    for node in statements(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("compliance."):
            there = (ROOT / node.module.replace(".", "/")).with_suffix(".py")
            if there.exists():
                own |= {name.asname or name.name: (there, name.name) for name in node.names}
    return own


def tells(path, node, seen=frozenset()):
    """Whether a piece of code of a module calls add_event, itself or through what it calls by name."""
    names = called(node)
    if names & {"add_event", *NOT_OWN}:
        return True
    found = [defined(path)[name] for name in names - seen if name in defined(path)]
    return any(
        tells(there, what, seen | names) if isinstance(what, ast.AST) else tells(*resolved(there, what), seen | names)
        for there, what in found
    )


def resolved(path, name):
    """Where a function is defined that a module has by a name."""
    there, what = defined(path).get(name, (path, ast.Pass()))
    return (there, what) if isinstance(what, ast.AST) else resolved(there, what)


def writing_blocks(path):
    """The blocks in which a module changes a store; a register, which has the trail, is none."""
    for node in statements(path) if module(path) != "store.file_register" else ():
        if isinstance(node, ast.With):
            for item in node.items:
                text = ast.unparse(item.context_expr)
                if text.endswith(".writing()") and not text.startswith("register."):
                    yield node


def test_every_change_of_a_store_is_told():
    blocks = [(path, node) for path in MODULES for node in writing_blocks(path)]
    assert len(blocks) > 15
    assert [f"{module(path)}:{node.lineno}" for path, node in blocks if not tells(path, node)] == []


def test_only_add_event_gives_the_trail_a_change_and_only_a_transaction_tells_it():
    used = {module(path): called(tree(path)) | attributes(path) for path in MODULES}
    uses = {name: sorted(user for user, names in used.items() if name in names) for name in ("tell", "Act")}
    assert uses == {"tell": ["loading.loading", "store.database"], "Act": ["loading.loading"]}


def attributes(path):
    return {node.attr for node in nodes(path) if isinstance(node, ast.Attribute)}


def test_every_file_that_a_page_hands_out_goes_through_one_place():
    assert [module(path) for path in MODULES if "download_button" in attributes(path)] == ["screens.downloads"]


def test_a_page_acts_for_whoever_is_there_now():
    """What is done in a click is in the name of who clicks, and not of whom the page was drawn for."""
    orders = [module(p) for p in MODULES if module(p).startswith("screens.") and "Order" in called(tree(p))]
    assert orders == ["screens.views"]


def test_every_command_that_writes_a_file_hands_it_out():
    """What is printed goes through show, which does too. A point of one's own or a sample has nothing of the store."""
    found = [
        node.name
        for path in MODULES
        if module(path).startswith("commands.")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef) and node.name.endswith("_command")
        if "save" in called(node) or "to" in {arg.arg for arg in node.args.args}
        if not called(node) & {"hand_out"}
    ]
    assert found == ["new_command", "pack_command", "samples_command"]
