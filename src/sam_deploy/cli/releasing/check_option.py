"""What `--check` says, as a plan keeps it: events in the place of their files."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sam_deploy.errors import ConfigError

INVOKE: Final = "invoke:"
INVOKE_EACH: Final = "invoke-each:"
EVERY: Final = "*"
EVENT_MAX_BYTES: Final = 65_536
FOR_ONE: Final = re.compile(r"([A-Za-z][A-Za-z0-9]*)=(.+)", re.DOTALL)
FORMS: Final = "such as `--check invoke:Orders=order.json --check invoke:Mailer=mail.json`"


def checked(given: Sequence[str], project: Path) -> str:
    """Return checks as a plan keeps them; '' for none.

    `invoke:FILE` is the event for every function, each `invoke:FUNCTION=FILE` for that one. The
    plan is bound to the events, and can be gone on with on another computer. Raises `ConfigError`.
    """
    if len(given) == 1 and not given[0].startswith(INVOKE):
        return given[0]
    events: dict[str, Any] = {}
    for text in given:
        if not text.startswith(INVOKE):
            raise ConfigError(
                f"`--check {text}` cannot stand beside another check",
                why="several are for functions that are called with events of their own",
                hint=f"{FORMS}; or one command that does all of it",
            )
        one = FOR_ONE.fullmatch(text.removeprefix(INVOKE))
        name, file = (one[1], one[2]) if one else (EVERY, text.removeprefix(INVOKE))
        if name in events:
            whom = "every function" if name == EVERY else f"`{name}`"
            raise ConfigError(
                f"`--check {text}` is the second event for {whom}",
                why="each function is called once, with one event",
                hint=FORMS,
            )
        events[name] = _event(text, project / file)
    if list(events) == [EVERY]:
        return INVOKE + _compact(events[EVERY])
    return INVOKE_EACH + _compact(events) if events else ""


def _event(text: str, file: Path) -> Any:  # noqa: ANN401 - any JSON value
    try:
        body = file.read_bytes()
        event = json.loads(body)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"`--check {text}` cannot be used",
            why=str(error),
            hint="name a file with an event as JSON, relative to the project's folder",
        ) from error
    if len(body) > EVENT_MAX_BYTES:
        raise ConfigError(
            f"The event of `--check {text}` is too large",
            why=f"it has {len(body)} bytes; a plan keeps {EVENT_MAX_BYTES} at most",
            hint="call with a smaller event, or use a command as the check",
        )
    return event


def _compact(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
