"""`python -m compliance`."""

import compliance.commands.access
import compliance.commands.keeping
import compliance.commands.review  # noqa: F401 - their commands join the others
from compliance.commands.cli import main

main()
