r"""Makes text from the project harmless: nothing hidden, nothing that acts, no line of its own.

What a reader would not see, and what reorders, hides or drives something, is written as the escape
that Python has for it, such as `\u202e`. What GitHub's runner would take for a command is broken
by one, too: `::name …::` at the start of a line, after spaces, and `##[name …]` anywhere in one
(actions/runner, src/Runner.Common/ActionCommand.cs: TryParseV2 and TryParse); Azure's is `##vso[`.
The runner compares as a culture does, which skips invisible characters: they are escaped first.
"""

import re

# What prints as nothing although `str.isprintable` passes it: Default_Ignorable_Code_Point outside
# the categories C and Z (Unicode 17.0, DerivedCoreProperties.txt), then blanks that it leaves out
# (musical U+1D159, Braille U+2800, hieroglyphic U+13441 and U+13442, Khitan U+16FE4).
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef\U0001d159\u2800\U00013441\U00013442\U00016fe4]"
)
ANYWHERE, STARTING = re.compile(r"#(?=#(?:vso)?\[)"), re.compile(r"^( *):(?=:)")
# Read from right to left: what DerivedBidiClass.txt (Unicode 17.0) gives R or AL by default.
RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
TURNED = re.compile(f"[{RIGHT_TO_LEFT}]")
RUN = re.compile(f"[{RIGHT_TO_LEFT}]+(?: ?['\"_-]?[{RIGHT_TO_LEFT}]+)*")
FIRST_STRONG, POP = "\u2068", "\u2069"  # isolates: what is between does not move what is around it


class PlainError(Exception):
    """An error whose message is one line, whatever the text is that it quotes."""

    def __str__(self) -> str:
        return one_line(super().__str__())


def clean(text: str, longest: int) -> str:
    """Return `text` with everything hidden made visible, cut to `longest` characters."""
    shown = _visible(text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def one_line(text: str) -> str:
    r"""Return `text` as one line that neither a terminal nor GitHub's runner acts on.

    >>> print(one_line("a\n::error::b"), one_line("::error::b"), one_line("##[group]a"))
    a\n::error::b \x3a:error::b \x23#[group]a
    """
    return STARTING.sub(r"\1\\x3a", _visible(text))


def isolated(text: str) -> str:
    """Return `text` so that words read from right to left do not move those around it.

    Beside an arrow, head would else stand where base belongs.
    """
    return f"{FIRST_STRONG}{text}{POP}" if TURNED.search(text) else text


def _visible(text: str) -> str:
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
    shown = UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), shown)
    return ANYWHERE.sub(r"\\x23", shown)
