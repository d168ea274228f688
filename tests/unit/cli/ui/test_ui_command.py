"""How the dashboard is started: its pace, its display, its notes and its arguments."""

from __future__ import annotations

import pytest

from sam_deploy.cli.releasing.promoting import NOTE_MOST, noted
from sam_deploy.cli.ui import ui_command, work
from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.ui.ports import Ask


def test_on_aws_it_leaves_others_room() -> None:
    """At most two calls a second and region; the embedded cloud bills nobody."""
    assert 25.0 == ui_command.pace_on("aws", 50).status
    assert 10.0 == ui_command.pace_on("aws", 3).status
    assert ui_command.pace_on("embedded", 50).status < 10.0


@pytest.mark.parametrize(
    ("variables", "seen"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "w"}, True)],
)
def test_a_browser_is_opened_where_it_can_be_seen(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    *,
    seen: bool,
) -> None:
    """On Linux there must be a display."""
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert seen == ui_command.has_display()


def test_a_free_port_is_found_and_a_busy_one_is_named() -> None:
    """Of this machine alone."""
    with ui_command.listening(0) as socket:
        host, port = socket.getsockname()
        assert "127.0.0.1" == host
        with pytest.raises(RefusedError, match="not free for the dashboard"):
            ui_command.listening(port)


def test_a_note_is_one_line_that_can_be_shown() -> None:
    """No more than is kept, and no control characters."""
    assert "why it is done" == noted("  why\n it is   done ")
    for bad in ("x" * (NOTE_MOST + 1), "bell \a"):
        with pytest.raises(ConfigError, match="note cannot be kept"):
            noted(bad)


def test_the_command_that_does_the_same_is_shown_and_a_log_has_no_note() -> None:
    """As it would be typed."""
    ask = Ask("promote", "prod", ("Api",), (10, 50), 2.5, 3, ("Ams",), note="it's why")
    words = "promote prod --only Api --canary 10,50 --every 150s --min-requests 3 --quiet Ams"
    assert [*words.split(), "--note", "it's why"] == work._arguments(ask)  # noqa: SLF001
    assert "it's why" not in work._shown(ask)  # noqa: SLF001
    back = Ask("rollback", "prod", release="prod-3")
    assert ["rollback", "prod", "--to", "prod-3"] == work._arguments(back)  # noqa: SLF001
