"""The product's root on the path, so that the tests find the package and each other wherever they are started."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
