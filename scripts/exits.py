"""Write docs/reference/{exit,aws}-codes.md from what `sam-deploy explain` says.

uv run scripts/exits.py            write it
uv run scripts/exits.py --check    exit 1 when it is not current
uv run scripts/exits.py --proofs   print which tests see which code
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # started as a file, not as a module

from scripts import exit_proofs

from sam_deploy.cli.guiding.aws_codes import CALLS, SERVICES, STACKS
from sam_deploy.cli.guiding.aws_codes.model import AwsCode
from sam_deploy.cli.guiding.explanations import EXIT_CODES, ExitCode

FOLDER = Path(__file__).resolve().parents[1] / "docs/reference"
PAGE = FOLDER / "exit-codes.md"
AWS_PAGE = FOLDER / "aws-codes.md"
HEAD = """# Exit codes

`sam-deploy explain CODE` says the same in a terminal. Made by `scripts/exits.py` from what that
command says.

| code | meaning | what is live |
|---|---|---|
"""
TAIL = """
`cloud invoke` and `cloud schedule` end with 4 when the function failed.

Commands that read (`logs`, `outputs`) end with 7 when some regions answered and others did not, and
say which. `doctor` ends with 0 when there are at most warnings, otherwise with the code that its
first problem would give a deployment. `logs --follow` and `cloud mail --follow` end by
Ctrl-C, with 130.

With `--json`, an error is also written to standard output; see [JSON output](json.md).

`sam-deploy explain RULE` explains a [rule of the audit or a limit](rules.md), and
`sam-deploy explain AccessDenied` [what AWS said](aws-codes.md).
"""
AWS_HEAD = """# Codes of AWS

What AWS says when something does not go, what usually causes it, and what to do. `sam-deploy
explain CODE` says the same in a terminal, and an error whose cause is one of these ends with that
command. Made by `scripts/exits.py` from what that command says.

How to read an error is in [when things go wrong](../errors.md).
"""
GROUPS = {"Calls": CALLS, "Stacks": STACKS, "Single services": SERVICES}


def main() -> int:
    """Write the pages, say whether they are current, or say which tests see which code."""
    if "--proofs" in sys.argv:
        print(proven(exit_proofs.proofs()), end="")
        return 0
    text = HEAD + "".join(map(row, EXIT_CODES)) + TAIL + "".join(map(section, EXIT_CODES))
    pages = {PAGE: text, AWS_PAGE: aws_page()}
    if "--check" in sys.argv:
        current = all(
            page.is_file() and page.read_text(encoding="utf-8") == made
            for page, made in pages.items()
        )
        print("current" if current else f"run `uv run {Path(sys.argv[0]).name}`: not current")
        return 0 if current else 1
    for page, made in pages.items():
        page.write_text(made, encoding="utf-8")
    return 0


def aws_page() -> str:
    """Return the page of AWS's codes: in groups, each code."""
    text = AWS_HEAD
    for title, codes in GROUPS.items():
        text += f"\n## {title}\n" + "".join(map(aws_section, codes))
    return text


def aws_section(code: AwsCode) -> str:
    """Return one code: who says it, what it means, what usually causes it, what to do."""
    also = f"\nThe same: {', '.join(f'`{each}`' for each in code.also)}.\n" if code.also else ""
    causes = "".join(f"- {each}\n" for each in code.causes)
    steps = "".join(f"- {each}\n" for each in code.steps)
    head = f"\n### `{code.code}`\n\nSaid by {code.of}: {code.meaning}.\n{also}"
    return f"{head}\nUsually:\n\n{causes}\nWhat to do:\n\n{steps}"


def row(code: ExitCode) -> str:
    """Return the code's line in the table."""
    return f"| {code.code} | {code.meaning} | {code.live} |\n"


def section(code: ExitCode) -> str:
    """Return what usually causes the code, and what to do."""
    causes = "".join(f"- {each}\n" for each in code.causes)
    steps = "".join(f"- {each}\n" for each in code.steps)
    return f"\n## {code.code}: {code.word}\n\nUsually:\n\n{causes}\nWhat to do:\n\n{steps}"


def proven(proofs: Mapping[int, Sequence[str]]) -> str:
    """Return a line for each code: how many tests see it, and which."""
    told = [(each.code, proofs.get(each.code, ())) for each in EXIT_CODES]
    return "".join(f"{code}: {len(tests)} tests: {', '.join(tests)}\n" for code, tests in told)


if __name__ == "__main__":
    sys.exit(main())
