"""Files that are hardly Python, or Python that does not end well: `deploy.py` as text."""

from __future__ import annotations

import io
import random
import tokenize
from collections.abc import Callable
from typing import Final

Spoil = Callable[[str, random.Random], str | bytes]

LINES: Final = (
    'raise ValueError("no")',
    "raise KeyError()",
    'raise BaseException("no")',
    "raise GeneratorExit",
    "raise Exception",
    "raise eval('ExceptionGroup')('several', [ValueError(1)])",
    "class Silent(Exception):\n    def __str__(self):\n        raise ValueError\nraise Silent",
    "class Odd(Exception):\n    __str__ = lambda self: 1\nraise Odd",
    "import sys\nsys.exit()",
    "import sys\nsys.exit('no')",
    "raise SystemExit(0)",
    "def again():\n    return again()\nagain()",
    "class Again:\n    def __repr__(self):\n        return repr(self)\nrepr(Again())",
    "1 / 0",
    "import nothing_of_this_name",
    "from sam_deploy import Functoin",
    "from sam_deploy.nothing import x",
    "open('nothing_of_this_name')",
    "assert False",
    "assert False, 'because'",
    "exec('a b')",
    "exec('raise ValueError(1)')",
    "int('x')",
    "undefined_name",
    "app = None",
    "app = App",
    "del app",
    "app.name = 'other'",
    "other = App()",
    "other = App(name='x')",
    "app = App(*[1] * 99)",
    "app = App(**{'': 1, 'a b': 2, 'x' * 9999: 3})",
    "app = [app]",
    "class Evasive:\n    __class__ = property(lambda self: 1 / 0)\nevasive = Evasive()",
    "class Sub(App):\n    pass\napp = Sub()",
    "import sys\nsys.path.clear()",
    "import sys\nsys.path = []",
    "import sys\nsys.modules.pop(__name__, None)",
    "globals().clear()",
    "__name__ = 3",
    "vars().update({1: 2})",
    "raise UnicodeDecodeError('utf-8', b'x', 0, 1, 'no')",
    "'\\ud800'.encode()",
    "raise ValueError('\\ud800')",
    "raise ValueError('x' * 1000000)",
    "raise ImportError",
    "raise ImportError('x', name='sam_deploy')",
    "raise OSError(28, 'No space left on device')",
    "raise MemoryError",
    "raise StopIteration",
    "raise 1",
    "await something()",
    "yield 1",
    "return 1",
    "break",
    "print 'x'",
    "x = " + "(" * 300 + ")" * 300,
    "x = " + "-" * 100_000 + "1",
    "x = " + "[" * 5000 + "]" * 5000,
    "x = " + "+".join(["1"] * 20_000),
    "x = '" + "x" * 1_000_000 + "'",
    "x = [\n" + "    1,\n" * 200_000 + "]",
    "#" * 1_000_000,
    "x = 1" + "0" * 5000,
)
CHARACTERS: Final = (
    "\0",
    "\x1a",
    "\ufeff",
    "\u202e",
    "\u00a0",
    "é",
    "😀",
    "$",
    "?",
    "`",
    "\\",
    "\f",
)


HALF: Final = 0.5


def _tokens(text: str) -> list[tuple[int, int]]:
    """Return where each token of a valid text begins and ends."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    every = tokenize.generate_tokens(io.StringIO(text).readline)
    return [
        (starts[each.start[0] - 1] + each.start[1], starts[each.end[0] - 1] + each.end[1])
        for each in every
        if each.string.strip()
    ]


def _without(text: str, dice: random.Random) -> str:
    start, end = dice.choice(_tokens(text))
    return text[:start] + text[end:]


def _doubled(text: str, dice: random.Random) -> str:
    start, end = dice.choice(_tokens(text))
    return text[:end] + " " + text[start:]


def _swapped(text: str, dice: random.Random) -> str:
    tokens = _tokens(text)
    at = dice.randrange(len(tokens) - 1)
    (a, b), (c, d) = tokens[at : at + 2]
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _bracket(text: str, dice: random.Random) -> str:
    at = dice.choice([index for index, each in enumerate(text) if each in "()[]{}'\""])
    return text[:at] + dice.choice(["", "(", "]", "}", text[at] * 2]) + text[at + 1 :]


def _character(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    return text[:at] + dice.choice(CHARACTERS) + text[at:]


def _indented(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    at = dice.randrange(len(lines))
    lines[at] = dice.choice(["\t", " ", "    "]) + lines[at]
    if dice.random() < HALF:
        lines[at] = lines[at].lstrip()
    return "".join(lines)


def _cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text))]


def _encoded(text: str, dice: random.Random) -> bytes:
    name = dice.choice(["utf-16", "utf-32", "utf-8-sig", "cp037", "latin-1"])
    before = dice.choice(["", "# -*- coding: nonsense -*-\n", "# coding: latin-1\n", "# ä\n"])
    made = f"{before}{text}".encode(name, errors="replace")
    return dice.choice([made, made + b"\xff\xfe", b"\x80" + made])


def _renamed(text: str, dice: random.Random) -> str:
    names = [text[a:b] for a, b in _tokens(text) if text[a:b].isidentifier()]
    name = dice.choice(names)
    return text.replace(name, f"{name[:-1]}x", 1)


def _line(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    added = dice.choice(LINES) + "\n"
    return dice.choice([added + text, text + "\n" + added, "".join(lines[:1]) + added + text])


SPOILS: Final[dict[str, Spoil]] = {
    "token left out": _without,
    "token doubled": _doubled,
    "tokens swapped": _swapped,
    "bracket": _bracket,
    "character": _character,
    "indented": _indented,
    "cut off": _cut,
    "encoded": _encoded,
    "renamed": _renamed,
    "line": _line,
    "another line": _line,
}
