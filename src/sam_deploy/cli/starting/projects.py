"""The projects that `init` writes: their files, the words that are put into them, the writing.

Files are kept in `skeletons/`, each with `.txt` at its end, so that no tool takes them for a part
of sam-deploy. Never overwrites anything: a file is made, or it is an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import click

from sam_deploy import __version__, naming
from sam_deploy.cli import options
from sam_deploy.cli.terminal.wrapping import said
from sam_deploy.config.text import REGIONS, AppName, Matches
from sam_deploy.config.tree import nearest
from sam_deploy.errors import ConfigError, RefusedError, RolledBackError

SKELETONS: Final = Path(__file__).with_name("skeletons")
SHARED: Final = "shared"
HIDDEN: Final = {"gitignore": ".gitignore"}
"""Names in `skeletons/` of files that would otherwise work there, or be left out of a wheel."""
BUCKETS: Final = {"worker": "results", "full": "receipts"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A project that can be written from nothing."""

    name: str
    title: str
    call: str
    """A command that lets it do something, once it is deployed; `{program}` is ours."""


KINDS: Final = (
    Kind(
        "api",
        "an HTTP API, one function, a table",
        """curl -d '{"text": "buy milk"}' "$({program} cloud url --environment dev)/notes\"""",
    ),
    Kind(
        "worker",
        "a queue, a function that works through it, a bucket",
        """{program} cloud send-queue Jobs --body '{"job": "7", "text": "some words"}'""",
    ),
    Kind(
        "full",
        "API, queue, table, bucket, layer; dev, staging and prod",
        """curl -d '{"item": "lamp"}' "$({program} cloud url --environment dev)/orders\"""",
    ),
)


def files_of(kind: str, name: str, region: str) -> dict[str, str]:
    """Return what a project consists of: path with slashes -> text.

    `name` and `region` are taken as they are; see `checked_name` and `checked_region`.
    """
    words = {
        "name": name,
        "region": region,
        "bucket": f"{name}-{BUCKETS.get(kind, 'files')}",
        "version": __version__,
    }
    found = {}
    for root in (SKELETONS / kind, SKELETONS / SHARED):
        for path in sorted(root.rglob("*.txt")):
            inside = path.relative_to(root).with_suffix("").as_posix()
            found[HIDDEN.get(inside, inside)] = _filled(path.read_text(encoding="utf-8"), words)
    return found


def next_text(kind: str, folder: Path) -> str:
    """Return the commands to type next, each in a line: they work as they stand."""
    program = options.program(folder)
    call = next(each.call for each in KINDS if each.name == kind).replace("{program}", program)
    return f"next: {program} deploy\n      {call}"


def ignored() -> str:
    """Return the text of a project's .gitignore."""
    return (SKELETONS / SHARED / "gitignore.txt").read_text(encoding="utf-8")


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda each: words[each[1]], text)


def checked_name(given: str, folder: Path) -> str:
    """Return the app's name: what was given, else one made of the folder's name.

    Raises `ConfigError` for one that `deploy.py` could not have.
    """
    (form,) = (each for each in get_args(AppName) if isinstance(each, Matches))
    made = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")
    name = given or made
    if re.fullmatch(form.pattern, name):
        return name
    if given:
        raise ConfigError(
            f"An app cannot be called {given!r}",
            why=f"its name must be {form.meaning}",
            hint=f"such as `--name {made if re.fullmatch(form.pattern, made) else 'orders'}`",
        )
    raise ConfigError(
        f"No name for the app can be made of the folder's, {folder.name!r}",
        why=f"a name must be {form.meaning}",
        hint="say one: `--name orders`",
    )


def refuse_long(name: str, region: str) -> None:
    """Raise `ConfigError` for a name that is too long for the artifact bucket in that region."""
    over = len(naming.artifact_bucket_name(name, "0" * 12, region)) - naming.BUCKET_NAME_MAX
    if over > 0:
        raise ConfigError(
            f"The name `{name}` is too long for an app in {region}",
            why="the bucket for its archives has name, account and region in its own, and at most "
            f"{naming.BUCKET_NAME_MAX} characters",
            hint=f"use {over} less: `--name {name[:-over].strip('-')}`",
        )


def checked_region(region: str) -> str:
    """Return the region. Raises `ConfigError` for one that AWS does not have."""
    if region in REGIONS:
        return region
    near = nearest(region, REGIONS)
    raise ConfigError(
        f"There is no region `{region}`",
        why="none is called so in the partition `aws`, the only one that sam-deploy works in",
        hint=f"did you mean `{near}`?" if near else "use a name such as eu-west-1",
    )


def absolute(path: Path) -> Path:
    """Return a path without `..`, with its links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow them


def tell_files(what: str, folder: Path, paths: Iterable[str]) -> None:
    """Say what was written."""
    listed = sorted(paths)
    where = options.relative(folder)
    click.echo(
        said(f"{what}, in {where}:" if listed else f"{what}; nothing had to be written"), err=True
    )
    for path in listed:
        click.echo(f"  {path}", err=True)


def refuse_present(folder: Path, paths: Iterable[str]) -> None:
    """Raise `RefusedError` with everything that stands where a file or folder would be made."""
    found = []
    for path in paths:
        target = folder / path
        # a link that leads nowhere exists as well
        if target.exists() or target.is_symlink():
            found.append(path)
            continue
        above = [each for each in target.parents if folder in each.parents]
        found += [
            f"{each.relative_to(folder).as_posix()} (is no folder)"
            for each in above
            if (each.exists() or each.is_symlink()) and not each.is_dir()
        ]
    if folder.exists() and not folder.is_dir():
        found = [f"{folder.name} (is no folder)"]
    if found:
        listed = tuple(dict.fromkeys(found))
        raise RefusedError(
            f"`{folder}` has what would be written: nothing was",
            why="`init` overwrites nothing",
            problems=listed,
            hint="choose another folder, or move these away: `sam-deploy init FOLDER`",
        )


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Make every file, in folders that are made for them; all of them or none.

    Raises `RefusedError` when one is there already, `RolledBackError` when one cannot be made.
    """
    refuse_present(folder, files)
    made: list[Path] = []
    try:
        for path, content in files.items():
            target = folder / path
            for above in reversed([target.parent, *target.parent.parents]):
                if not above.exists():
                    above.mkdir()
                    made.append(above)
            # exclusively: one that came between the look and this is not overwritten either
            with target.open("xb") as file:
                made.append(target)
                file.write(content.encode() if isinstance(content, str) else content)
    except BaseException as error:
        left = _removed(made)
        if isinstance(error, OSError):
            raise RolledBackError(
                f"The project was not written to `{folder}`",
                why=f"{error.strerror or error}: `{error.filename or folder}`",
                state=f"left over: {', '.join(left)}" if left else "",
                hint="see that there is room and that you may write there, and run it again",
            ) from error
        raise


def _removed(made: Iterable[Path]) -> list[str]:
    """Take away what was made, files before their folders; return what could not be."""
    left = []
    for path in reversed(list(made)):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:
            left.append(str(path))
    return left
