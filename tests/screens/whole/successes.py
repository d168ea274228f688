"""A case or more of every command that goes well, in the order in which they are carried out.

Each is carried out four times, so each leaves what it needs, or has it made before each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.screens.whole.pictures import INTERRUPT, Answer
from tests.screens.whole.scene import Scene

ELSEWHERE: Final[Mapping[str, str]] = {
    "demo": "deploys seven functions to four regions; tests/e2e/test_demo.py reads its screen",
    "doctor": "tells of the machine that it runs on; tests/unit/cli and tests/e2e read its lines",
}
"""Commands without a case here -> why, and what looks at their screens instead."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command line, what is done before each time, and what is typed."""

    arguments: tuple[str, ...]
    answers: Sequence[Answer] = ()
    before: Callable[[Scene], object] = Scene.nothing
    code: int = 0
    document: bool = False
    """It goes into a file as it is."""
    table: bool = False
    """At 80 columns its cells are broken, at other places each day; at 300 they are not."""


YES: Final = Answer("(yes/no)", "yes\n")
NAME: Final = Answer("Type the app's name", "tiny\n")

CASES: Final[Mapping[str, Case]] = {
    "init": Case(("init", "new", "--template", "api"), before=Scene.without_files),
    "build": Case(("build",), before=Scene.built),
    "inspect": Case(("inspect", "Hello"), before=Scene.built),
    "template_count": Case(("template", "--count")),
    "explain": Case(("explain", "7")),
    "schema": Case(("schema",)),
    "completion": Case(("completion", "bash"), document=True),
    "export_diagram": Case(("export", "diagram"), document=True),
    "broker_policy": Case(
        ("broker", "policy", "people", "--account", "123456789012"), document=True
    ),
    "diff": Case(("diff",), before=Scene.change),
    "deploy": Case(("deploy",), before=Scene.change),
    "deploy_unchanged": Case(("deploy",)),
    "promote": Case(
        ("promote", "prod"),
        (YES, NAME, Answer("Attempt 1/3):", "[CODE]\n")),
        before=Scene.deploy_change,
    ),
    "rollback": Case(("rollback", "prod", "--to", "prod-1"), (YES,), before=Scene.forward),
    "approve": Case(
        ("approve", "prod", "--out", "agreed.json"),
        (YES, NAME, Answer("Attempt 1/3):", "[CODE]\n")),
        before=Scene.without_files,
    ),
    "status": Case(("status",)),
    "history": Case(("history", "--limit", "3"), table=True),
    "release": Case(("release", "show", "prod-1"), table=True),
    "audit_verify": Case(("audit", "verify"), table=True),
    "audit_list": Case(("audit", "list", "--limit", "3"), table=True),
    "runs": Case(("runs", "--limit", "2"), before=Scene.two_runs, table=True),
    "outputs": Case(("outputs",), table=True, document=True),
    "layers_list": Case(("layers", "list"), table=True, document=True),
    "settings_list": Case(("settings", "list")),
    "logs": Case(("logs", "--since", "1s")),
    "logs_followed": Case(("logs", "--follow"), (Answer("Ctrl-C ends it", INTERRUPT),), code=130),
    "shift": Case(("shift", "status")),
    "resume": Case(("resume",)),
    "recover": Case(("recover",)),
    "unlock": Case(("unlock",)),
    "serve": Case(("serve",), (Answer("GET /hello", INTERRUPT),), code=130),
    "cloud_status": Case(("cloud", "status")),
    "cloud_url": Case(("cloud", "url")),
    "cloud_queues": Case(("cloud", "queues")),
    "cloud_send_queue": Case(("cloud", "send-queue", "Jobs", "--body", "{}")),
    "cloud_fault": Case(("cloud", "fault", "list")),
    "cloud_invoke_unknown": Case(("cloud", "invoke", "Nope"), code=2),
    "release_unknown": Case(("release", "show", "dev-99"), code=5),
    "rollback_unknown": Case(("rollback", "prod", "--to", "prod-99"), code=5),
    "ui": Case(("ui",), (Answer("for you alone", INTERRUPT),)),
    "destroy": Case(
        ("destroy", *("--delete-data", "tiny-files-dev"), *("--delete-data", "tiny-files-prod")),
        before=Scene.deploy_again,
    ),
}
