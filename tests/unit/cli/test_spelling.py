"""What a hint says to type does what it means where it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.cli.spelling import Called, called, typed


@pytest.fixture(autouse=True)
def _in_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "apps" / "my shop").mkdir(parents=True)
    (tmp_path / "shop").mkdir()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("deploy",), Called()),
        (("-C", "shop", "deploy", "--target", "aws"), Called("shop", "aws")),
        (("-Cshop", "--target=embedded", "status"), Called("shop", "embedded")),
        (("--target", "aws", "-C", "shop", "resume"), Called("shop", "aws")),
        (("cloud", "put-object", "b", "f", "-C", "x"), Called()),
        (("deploy", "--target", "azure"), Called()),
        (("deploy", "--target"), Called()),
    ],
)
def test_where_a_command_goes_is_read_from_its_line(
    arguments: tuple[str, ...], expected: Called
) -> None:
    """`-C` only before the command, `--target` on both sides of it; a wrong one is not repeated."""
    assert expected == called(arguments)


@pytest.mark.parametrize(
    ("arguments", "text", "expected"),
    [
        (("deploy",), "run `sam-deploy resume`", "run `sam-deploy resume`"),
        (
            ("-C", "shop", "deploy", "--target", "aws"),
            "run `sam-deploy resume`, or `sam-deploy resume --abort`",
            (
                "run `sam-deploy -C shop resume --target aws`, "
                "or `sam-deploy -C shop resume --abort --target aws`"
            ),
        ),
        (
            ("-C", "apps/my shop", "status"),
            "see `sam-deploy status`",
            "see `sam-deploy -C 'apps/my shop' status`",
        ),
        (
            ("status", "--target", "aws"),
            "`sam-deploy cloud stop`, `sam-deploy settings list`, `sam-deploy build`",
            "`sam-deploy cloud stop`, `sam-deploy settings list --target aws`, `sam-deploy build`",
        ),
        (
            ("status", "--target", "embedded"),
            "`sam-deploy doctor --target aws`",
            "`sam-deploy doctor --target aws`",
        ),
        (("-C", "shop", "x"), "`sam-deploy -C FOLDER ...`", "`sam-deploy -C FOLDER ...`"),
        (("-C", "gone", "x"), "`sam-deploy status`", "`sam-deploy status`"),
        (("-C", "shop"), "`sam-deploy --help`", "`sam-deploy -C shop --help`"),
    ],
)
def test_commands_of_a_hint_go_where_the_failed_one_went(
    arguments: tuple[str, ...], text: str, expected: str
) -> None:
    """Without `--target aws`, `resume` would look at the laptop's cloud and find nothing."""
    assert expected == typed(arguments)(text)


def test_uv_run_is_part_of_what_is_to_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """There `sam-deploy` alone is not on the PATH."""
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    assert "`uv run sam-deploy resume`" == typed(["deploy"])("`sam-deploy resume`")
