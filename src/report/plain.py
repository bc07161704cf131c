"""Makes text from the project harmless: no control characters, no marks that reorder, not long."""

import unicodedata

CONTROL_PICTURES = 0x2400  # U+2400 pictures NUL, and so on to U+241F
HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}  # controls, bidi marks, halves of characters


def clean(text: str, longest: int) -> str:
    """Return `text` with every hidden character made visible, cut to `longest` characters."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character < " ":
        return chr(CONTROL_PICTURES + ord(character))
    if unicodedata.category(character) in HIDDEN:
        return "\N{REPLACEMENT CHARACTER}"
    return " " if character.isspace() else character
