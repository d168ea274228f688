from __future__ import annotations

import pytest

from sam_deploy.wsl import Wsl

PATHS = {
    "D:\\x\\y": "/mnt/d/x/y",
    "D:/x/y": "/mnt/d/x/y",
    "c:\\Users\\Ann Lee\\app\\": "/mnt/c/Users/Ann Lee/app",
    "C:\\": "/mnt/c",
    "C:": "/mnt/c",
    "\\\\wsl.localhost\\Ubuntu\\home\\ann": "/home/ann",
    "\\\\wsl$\\ubuntu": "/",
    "\\\\wsl$\\Debian\\home": "//wsl$/Debian/home",
    "\\\\server\\share\\x": "//server/share/x",
    "functions\\Api": "functions/Api",
    "/home/ann": "/home/ann",
}


@pytest.mark.parametrize("windows", PATHS)
def test_paths_are_those_of_linux(windows: str) -> None:
    """Drives are mounted below /mnt, the distribution's share is its root."""
    assert PATHS[windows] == Wsl("Ubuntu").path(windows)


def test_commands_run_without_a_shell() -> None:
    """So that no argument is taken apart; the user is named only when it matters."""
    assert ["wsl", "-d", "Debian", "--exec", "docker", "info"] == Wsl("Debian").command(
        ["docker", "info"]
    )
    assert "wsl -d Ubuntu -u root --exec service docker start" == " ".join(Wsl().start_docker)
