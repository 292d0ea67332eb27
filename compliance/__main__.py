"""`python -m compliance`."""

import gc
import sys


def _run() -> None:
    """Import the commands and run one of them, in little more time than the libraries take that all of them need."""
    _arrow_alone()
    import compliance.commands.access
    import compliance.commands.digest
    import compliance.commands.intake
    import compliance.commands.keeping
    import compliance.commands.operating
    import compliance.commands.points
    import compliance.commands.review
    import compliance.commands.samples  # noqa: F401 - their commands join the others
    from compliance.commands.cli import main

    # What is imported stays, and Python would look through all of it for garbage before it exits.
    gc.freeze()
    main()


def _arrow_alone() -> None:
    """Import Arrow without numpy, and so without pandas: it is faster without what takes longer than most commands."""
    if "numpy" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    import pyarrow.compute  # noqa: F401

    del sys.modules["numpy"]


_run()
