"""The mail that carries a one-time code: plain text, and HTML for a phone. Pure.

The code is not in the subject, nor in the first lines, which phones show on a locked screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Final

from sam_deploy.amounts import plural
from sam_deploy.approval.code import Code
from sam_deploy.approval.moments import spoken
from sam_deploy.approval.subject import Subject

ONLY_ONCE: Final = "It is good once, and for this plan only."
DO_NOT_SHARE: Final = "Do not share this code with anyone."
NOT_YOU: Final = (
    "If you did not ask for it, do not pass it on, and contact your administrator immediately."
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail. Neither form of it is in the repr, since both hold the code."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


def letter(subject: Subject, code: Code, *, minutes: int, until: float) -> Letter:
    """Return the mail for a plan. `until` is the end of the code in Unix seconds."""
    facts = _facts(subject, f"{spoken(until)} ({plural(minutes, 'minute')})")
    title = f"{subject.act}: {subject.app}, plan {subject.plan}"
    return Letter(
        " ".join(f"[sam-deploy] {title}".split()),
        _text(subject, code, facts),
        _html(subject, code, facts),
    )


def _facts(subject: Subject, until: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Environment", subject.environment),
        ("App", subject.app),
        ("Account", subject.account),
        ("Asked for by", subject.caller),
        ("Regions", ", ".join(subject.regions)),
        ("Plan", subject.plan),
        ("Valid until", until),
    )


def _latest(subject: Subject) -> str:
    return (
        f"The latest plan id is {subject.plan}: compare it with the one at the terminal. If this "
        "mail came twice, both hold the same code."
    )


def _opening(subject: Subject) -> str:
    return (
        f"{subject.act}: the app {subject.app} in account {subject.account}. "
        f"{subject.caller} has asked for a one-time code (OTP). "
        "It lets the changes below go on."
    )


def _text(subject: Subject, code: Code, facts: tuple[tuple[str, str], ...]) -> str:
    width = max(len(name) for name, _ in facts) + 1
    lines = [
        _opening(subject),
        "",
        "Your one-time code:",
        "",
        f"    {code.revealed()}",
        "",
        f"{ONLY_ONCE} {DO_NOT_SHARE}",
        NOT_YOU,
        "",
        *(f"{f'{name}:':{width}} {value}" for name, value in facts),
        "",
        "What changes:",
        *(f"  {line}" for line in subject.lines),
        "",
        _latest(subject),
        "",
        "sent by sam-deploy",
    ]
    return "\n".join(lines) + "\n"


HEAD: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:16px;font:16px/1.5 -apple-system,'Segoe UI',Arial,sans-serif">
<div style="max-width:480px;margin:0 auto">
"""
CODE: Final = (
    '<p style="margin:24px 0;font:bold 40px/1.2 Consolas,Menlo,monospace;letter-spacing:4px;'
    'text-align:center">{code}</p>\n'
)
FACT: Final = (
    '<p style="margin:8px 0;overflow-wrap:anywhere"><span style="font-size:13px">{name}</span>'
    "<br><b>{value}</b></p>\n"
)
LINE: Final = '<p style="margin:8px 0;overflow-wrap:anywhere">{line}</p>\n'
FOOT: Final = '<p style="margin-top:24px;font-size:13px">sent by sam-deploy</p>\n</div>\n</body>\n'


def _html(subject: Subject, code: Code, facts: tuple[tuple[str, str], ...]) -> str:
    """Everything that comes from elsewhere is escaped: it is text, and may look like HTML."""
    parts = [
        HEAD.format(title=escape(subject.act)),
        f'<h1 style="font-size:20px">{escape(subject.act)}</h1>\n',
        f"<p>{escape(_opening(subject))}</p>\n<p>Your one-time code:</p>\n",
        CODE.format(code=code.revealed()),
        f"<p>{ONLY_ONCE} <b>{DO_NOT_SHARE}</b></p>\n<p>{NOT_YOU}</p>\n",
        *(FACT.format(name=name, value=escape(value)) for name, value in facts),
        '<h2 style="font-size:16px">What changes</h2>\n',
        *(LINE.format(line=escape(line)) for line in subject.lines),
        f"<p>{escape(_latest(subject))}</p>\n",
        FOOT,
        "</html>\n",
    ]
    return "".join(parts)
