"""Makes an approval file for a promotion, as `approve` does, with nobody at a terminal.

python -m tests.faults.grant FOLDER ENVIRONMENT FILE
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from sam_deploy import approval, promotion
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import approving
from sam_deploy.cli.releasing.promoting import Command
from sam_deploy.cli.terminal.console import make
from sam_deploy.config.model import App
from sam_deploy.promotion import Promoting, ReleasePlan, Session
from sam_deploy.promotion.promote import approved
from sam_deploy.promotion.session import agreed

HOUR_SECONDS = 3600.0


def grant(
    folder: Path, environment: str, file: Path, only: tuple[str, ...] = (), target: str = "aws"
) -> None:
    """The file approves just the promotion that would be made now."""

    def granted(session: Session, plan: ReleasePlan, by: str) -> str:
        made = approval.grant(
            session.documents,
            approving.subject_of(plan),
            nonce=plan.nonce,
            by=f"{session.owner.who} ({by})",
            valid_seconds=HOUR_SECONDS,
        )
        made.save(file)
        return made.expires

    def work(to: Promoting, app: App) -> str:
        request = promotion.Request(environment, only)
        return approved(replace(to, approve=agreed), app, request, granted)

    chosen = Globals(folder, target)
    Command(chosen, target, f"approve {environment}", make("plain")).run(work)


if __name__ == "__main__":
    grant(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), tuple(sys.argv[4:]))
