"""Write docs/reference/rules.md from the rules of the audit and the limits themselves.

uv run scripts/rules.py            write it
uv run scripts/rules.py --check    exit 1 when it is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sam_deploy.template.checks.audit import RULES, Rule
from sam_deploy.template.checks.limits import LIMITS

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/rules.md"
THEMES = {
    "iam": "What functions and roles may do",
    "trust": "Who may come in",
    "secrets": "Secrets",
    "buckets": "Buckets",
    "queues": "Queues and what reads them",
    "stores": "Topics, tables, logs, keys, alarms",
    "functions": "Functions",
    "apis": "APIs, domains, CDN",
    "pools": "User pools",
}
HEAD = """# Rules

What `sam-deploy template --audit` finds, and what a deployment is held to. How rules are waived
and how environments are made strict is in [checks](../concepts/checks.md). Made by
`scripts/rules.py` from the rules themselves.

An **error** blocks a deployment, a **warning** is told. Some rules are both, depending on how bad
it is: the column says which is the usual one.
"""
LIMITS_HEAD = """
## Limits

AWS's quotas, counted before anything is uploaded. They cannot be waived. Sizes are measured as AWS
does: environment variables in bytes of UTF-8, policies without white space and with the longest
text that a reference can become.

| rule | most | of | warned of from |
|---|---|---|---|
"""


def main() -> int:
    """Write the page, or say whether it is current."""
    text = page()
    if "--check" in sys.argv:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("current" if current else f"run `uv run {Path(sys.argv[0]).name}`: not current")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(map(_theme, THEMES)) + LIMITS_HEAD + "\n".join(_limits()) + "\n"


def _theme(theme: str) -> str:
    rows = [_row(rule) for rule in RULES if rule.check.__module__.endswith(f".{theme}")]
    table = "\n".join(["| rule | | why | what to do |", "|---|---|---|---|", *rows])
    return f"\n## {THEMES[theme]}\n\n{table}\n"


def _row(rule: Rule) -> str:
    return f"| `{rule.id}` | {rule.severity} | {_cell(rule.why)} | {_cell(rule.fix)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _limits() -> Iterator[str]:
    for limit in LIMITS:
        warned = f"{limit.warn_from:,}" if limit.warn_from else ""
        yield f"| `{limit.rule}` | {limit.most:,} | {limit.what} | {warned} |"


if __name__ == "__main__":
    sys.exit(main())
