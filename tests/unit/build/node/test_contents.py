from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.node.contents import check_inputs, check_size, included
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import NodeUnit


def unit(source: Path, **fields: object) -> NodeUnit:
    return NodeUnit(
        "function/F",
        "F",
        "F.zip",
        "nodejs20.x",
        source,
        "index.handler",
        **fields,  # type: ignore[arg-type]
    )


def test_without_patterns_nothing_is_packed_beside_the_bundle(tmp_path: Path) -> None:
    """The sources are in the bundle already."""
    (tmp_path / "index.ts").touch()
    assert () == included(unit(tmp_path), str)


def test_links_of_workspaces_do_not_disturb(tmp_path: Path) -> None:
    """`node_modules` is full of links that lead out of the source; no pattern means them."""
    source = tmp_path / "service"
    (source / "node_modules").mkdir(parents=True)
    (source / "node_modules/log").symlink_to(tmp_path)
    (source / "mail.html").touch()
    assert ["mail.html"] == [file.path for file in included(unit(source, include=("*.html",)), str)]


def test_machine_code_is_not_packed(tmp_path: Path) -> None:
    """It is for the computer it was installed on, whatever the function runs on."""
    (tmp_path / "build").mkdir()
    (tmp_path / "build/addon.node").touch()
    with pytest.raises(BuildError, match="machine code of the computer"):
        included(unit(tmp_path, include=("build/",)), str)


@pytest.mark.parametrize("name", [".env.json", "../../.aws/keys.json"])
def test_imported_files_with_secrets_are_refused(tmp_path: Path, name: str) -> None:
    """A bundle is no way around the rule."""
    with pytest.raises(BuildError, match="hold secrets"):
        check_inputs(unit(tmp_path), [name])


def test_dependencies_are_not_searched_for_credentials(tmp_path: Path) -> None:
    """Their test data would be false alarms."""
    check_inputs(unit(tmp_path), ["../node_modules/x/.env.js", "node_modules/not-there.js"])


@pytest.mark.parametrize(
    ("budget", "size", "why"),
    [
        (None, 262_144_001, "Lambda takes 262 MB; the largest: big 200.0 MB, (own) 1.0 MB"),
        (2_000_000, 2_000_001, "its budget is 2 MB; the largest: big 200.0 MB, (own) 1.0 MB"),
    ],
)
def test_too_much_is_told_with_what_takes_the_space(
    budget: int | None, size: int, why: str
) -> None:
    """The user's own limit, or Lambda's; packages by their share of the bundle."""
    limited = unit(Path("/s"), budget_bytes=budget)
    check_size(limited, {}, size - 1)
    with pytest.raises(BuildError) as caught:
        check_size(limited, {"(own)": 1_000_000, "big": 200_000_000}, size)
    assert why == caught.value.why
