"""GitHub's runner, as far as it reads the log of a job: which lines it takes for commands.

By the rule of actions/runner, src/Runner.Common/ActionCommand.cs (TryParseV2 and TryParse). It acts
on the names it knows; here any name counts, as does Azure's form. .NET ends a line at a lone
carriage return, too, and compares texts without their invisible characters.
"""

import re
import unicodedata

COMMAND = re.compile(r"^\s*::.*?::|##(?:vso)?\[[^\]]*\]")
ATTACKS = [
    "::add-mask::verdict",
    "  ::stop-commands::x",
    "a\n::error::b",
    "a\r\n::set-output name=branch::main\r\nb",
    "a\r::set-output name=branch::main",
    "a\u2028::error::b",
    "a ##[error]b",
    "##[group]a",
    "##vso[task.setvariable variable=a]b",
    "\u200b::error::a",
    "#\u200b#[error]a",
    "\x1b[2K\x1b]8;;http://e.org\x1b\\a\x9b1A",
]


def commands(log: str) -> list[str]:
    """Return the lines that the runner would act on."""
    seen = "".join(char for char in log if unicodedata.category(char) != "Cf")
    return [line for line in re.split(r"\r\n|\r|\n", seen) if COMMAND.search(line)]
