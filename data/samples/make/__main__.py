"""Generate the exports of a fictitious organisation as real systems write them.

    python -m data.samples.make

writes `data/samples/<extract date>/…`, with the same content every time. `fiction.toml` declares the organisation and
how its figures develop. One history is generated from it, and every export is what its source system would have shown
of that history on its day, in a layout of `exports.toml`; those of packs, of `packs.toml`, go to `data/samples/packs/…`
and are in no sample database. Needs the development packages; the product does not import this.
"""

import shutil

from compliance.core.places import SAMPLES
from data.samples.make.files import write_all
from data.samples.make.layouts import layouts

OF_PACKS = SAMPLES / "packs"


def main() -> None:
    """Remove the samples of an earlier run and write them again."""
    for folder in (SAMPLES, OF_PACKS):
        for old in folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"):
            shutil.rmtree(old)
    written = [*write_all(SAMPLES, layouts()), *write_all(OF_PACKS, layouts("packs.toml"))]
    size = sum(path.stat().st_size for path in written)
    print(f"{len(written)} files, {size / 1_000_000:.1f} MB")  # noqa: T201 - a command says what it did


if __name__ == "__main__":
    main()
