"""What `sam validate` says about a template, judged. Pure.

The SAM CLI has a bug that looks like a verdict: where its reading of a template stumbles, it ends
with exit code 1 and `'str' object has no attribute 'get'`, as for a template that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.errors import ConfigError

KNOWN_BUG: Final = re.compile(
    r"^Error: '(?:str|list|dict|int|float|bool|NoneType)' object has no attribute '\w+'",
    re.MULTILINE,
)
_ERROR: Final = re.compile(r"^Error:(.*)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it: valid, or passed over for the reason in `bug`."""

    bug: str = ""


def judge(stack: str, code: int, output: str, findings: Sequence[str]) -> Verdict:
    """Return the verdict on the template of `stack`; `findings` are those of our own checks.

    The known bug is passed over when our checks have no objection. Raises `ConfigError` when the
    template is invalid, or when nobody has found it valid.
    """
    if code == 0:
        return Verdict()
    bug = KNOWN_BUG.search(output)
    if bug and not findings:
        return Verdict(bug[0].removeprefix("Error: "))
    found = _ERROR.search(output)
    said = found[1] if found else output
    raise ConfigError(
        f"The SAM CLI does not accept the template of `{stack}`",
        why=_one_line(said.split("\nTraceback", 1)[0]) or f"`sam validate` ended with {code}",
        hint="correct it and run the same command again, or deploy with `--executor own`",
        problems=tuple(findings),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
