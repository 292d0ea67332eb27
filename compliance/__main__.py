"""`python -m compliance`."""

import compliance.cli_review  # noqa: F401 - its commands join the others
from compliance.cli import main

main()
