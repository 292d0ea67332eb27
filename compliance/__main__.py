"""`python -m compliance`."""

import compliance.commands.review  # noqa: F401 - its commands join the others
from compliance.commands.cli import main

main()
