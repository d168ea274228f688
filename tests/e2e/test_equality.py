"""Archives against installations: a few packages every day, all of them in `.ci/campaigns`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.campaigns import equality

from sam_deploy.plan.model import Target

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("equality")


@pytest.mark.parametrize("target", equality.TARGETS, ids=lambda target: target.label)
@pytest.mark.parametrize("pin", equality.pins(everyday=True))
def test_an_archive_holds_what_uv_installs(pin: str, target: Target, workspace: Path) -> None:
    """Every file with its mode, but for scripts, headers and what uv notes for itself."""
    folder = workspace / target.label
    folder.mkdir(exist_ok=True)
    compared = equality.compare(pin, target, folder)
    assert ((), True) == (compared.differences, compared.files > 0)


def test_the_list_is_long_and_exact() -> None:
    """Sixty packages or more, each at one version, six of them every day."""
    listed = equality.pins()
    names = {pin.partition("==")[0] for pin in listed}
    assert (True, len(listed)) == (len(names) >= 60, len(names))
    assert all(pin.count("==") == 1 and " " not in pin for pin in listed)
    assert 6 == len(equality.pins(everyday=True))
