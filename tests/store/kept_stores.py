"""The stores that released versions left."""

import lzma
from pathlib import Path

FOLDER = Path(__file__).parent / "kept"


def store_of_0_11(kind: str = "") -> bytes:
    """The file of a store that 0.11 left, with a little of everything, or of a kind."""
    return lzma.decompress((FOLDER / f"0_11{kind}.duckdb.xz").read_bytes())
