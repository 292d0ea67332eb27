"""What must be there before a command begins: a database, but for the commands of three closed lists.

A command reads or changes what there is. A mistyped `COMPLIANCE_DATABASE` would else be an empty database: figures of
nothing, and files of nothing in the place of good ones. A command that is in no list is refused where there is none.
"""

from typing import Final

from compliance.store import register, stores

# They make a store where there is none. The first administrator is given a role before the first export is loaded.
MAKING: Final = frozenset({"load", "restore", "move", "role give", "samples"})
# They are of the register, which is there from the first role on.
OF_THE_REGISTER: Final = frozenset({"role list", "role take", "audit list", "audit verify"})
# They read files alone, and need no store.
OF_A_FILE: Final = frozenset({"check", "verify", "points check", "points new", "points pack"})
# They look for the store themselves and open a copy of it alone: to open one upgrades it.
OF_A_COPY: Final = frozenset({"rehearse-upgrade"})


def check(command: str) -> None:
    """Raise Refusal, with nothing written, if what a command needs is not there."""
    if command in MAKING | OF_A_FILE | OF_A_COPY or (command in OF_THE_REGISTER and register.own().exists()):
        return
    stores.own().require()
    with stores.own().cursor():  # Not every command would look whose it is before it writes into the register.
        pass
