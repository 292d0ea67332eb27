"""The width of a text from its letters, in thousandths of the type size."""

from typing import Final

# The widths of Arial's letters. Slides use Arial, which is on every machine with Office.
_ARIAL: Final = {
    letter: width
    for width, letters in {
        222: "ijl'|‘’",
        278: " !,./:;I[\\]ft\N{NO-BREAK SPACE}ÌÍÎÏìíîï",
        334: "()-`r¡¨²³´·¸¹“”‹›{}",
        370: '•"*ªº',
        500: "Jcksvxyzçýÿ°^¶",
        556: "#$0123456789?L_abdeghnopqu¢£¤¥§«»àáâãäåèéêëðñòóôõöùúûüþ–€±÷¯µ♦",
        611: "FTZ¿ßø+<=>~¬×−●○",
        667: "&ABEKPSVXYÀÁÂÃÄÅÈÉÊËÝÞ",
        722: "CDHNRUwÇÐÑÙÚÛÜ",
        778: "GOQÒÓÔÕÖØ©®",
        889: "%æMm¼½¾",
    }.items()
    for letter in letters
}
_WIDEST: Final = 1015
# Roughly Arial's widths, for a Word template with any typeface. Bold letters are a tenth wider.
_ROUGH: Final = {
    **dict.fromkeys("ijl|'", 240),
    **dict.fromkeys("ftI.,:;!/[] \N{NO-BREAK SPACE}", 290),
    **dict.fromkeys("r()", 350),
    **dict.fromkeys("cksvxyz", 510),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZÅÄÖ", 730),
    **dict.fromkeys("mwMW%@", 890),
    "\N{SOFT HYPHEN}": 0,
}
_OTHER: Final = 565


def arial_width(text: str) -> int:
    """The width of a text in Arial; a letter that Arial lacks counts as the widest one."""
    return sum(_ARIAL.get(letter, _WIDEST) for letter in text)


def rough_width(text: str) -> int:
    """The approximate width of a text in any body typeface."""
    return sum(_ROUGH.get(letter, _OTHER) for letter in text)
