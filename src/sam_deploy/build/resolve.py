"""Requirements become a lock: exact versions whose wheels run on the target, chosen by uv.

Runs `uv pip compile` (PEP 751 output) for the target's exact Python, architecture and glibc, with
wheels only. A release that comes as source only is built once and given to uv as a wheel; nothing
native is ever compiled. What uv chooses is checked against the target; a version that does not
fit is refused and uv asked again. Talks to the package index through uv.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.utils import NormalizedName, canonicalize_name

from sam_deploy.build import lock, package, stand_in, uv, wheels
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.question import UV_PLATFORMS, Question, nearest, platform, version
from sam_deploy.build.requirements import Requested
from sam_deploy.build.store import Store, StoredWheel
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

if TYPE_CHECKING:
    from sam_deploy.build.container import Containers

_SOURCE_ONLY: Final = re.compile(r"Wheels are required for `([^`]+)`")
_OTHER_PLATFORM: Final = re.compile(r"Wheels are available for `([^`]+)`")
_MOST_SOURCE_ONLY: Final = 12
_MOST_REFUSED: Final = 60


@dataclass(frozen=True, slots=True)
class _SourceOnly:
    """A release without wheels: its place in the lock, and the wheel we built of it."""

    name: str
    block: str
    wheel: StoredWheel


@dataclass(slots=True)
class _Found:
    """What was learned while asking."""

    options: list[str]
    source_only: dict[str, _SourceOnly] = field(default_factory=dict)
    refused: list[lock.Package] = field(default_factory=list)
    """Versions that uv chose although they do not run on the target."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """What resolving needs besides the requirements."""

    store: Store
    fetcher: Fetcher
    project: Path
    progress: Callable[[str, str], None]
    """Told the step and its detail, when a step takes a while."""
    interpreter: Callable[[Target, Store], Path] = stand_in.interpreter
    """Makes the interpreter that answers for a target that uv has no platform for."""
    containers: Containers | None = None
    """Build what has no wheel for the target, when the user wants containers."""

    def resolve(self, requested: Requested, target: Target, unit: str) -> str:
        """Return the body of a PEP 751 lock.

        Raises `BuildError` with uv's reason when there is no solution, and with the tags on offer
        when a release has no wheel for the target.
        """
        with tempfile.TemporaryDirectory(prefix="sam-deploy-") as name:
            question = Question(Path(name), requested, target, unit)
            question.write()
            found = _Found(self._for_target(target))
            while True:
                self.progress("resolve", target.label)
                finished = self._compile(question, found)
                if stand_in.is_refused(finished.stderr) and found.options != nearest(target):
                    found.options = nearest(target)
                elif finished.code != 0:
                    self._learn(question, found, finished)
                elif misfits := _misfits(finished.stdout, target, unit):
                    self._refuse(question, found, misfits)
                else:
                    return _with_blocks(finished.stdout, found.source_only)

    def narrowed(
        self, packages: Iterable[lock.Package], requested: Requested, target: Target, unit: str
    ) -> tuple[lock.Package, ...]:
        """Return locked packages with the one wheel that fits the target best.

        Raises `BuildError` for a version that has wheels, but none for the target.
        """
        with tempfile.TemporaryDirectory(prefix="sam-deploy-") as name:
            question = Question(Path(name), requested, target, unit)
            return tuple(self._narrowed(question, each) for each in packages)

    def _narrowed(self, question: Question, locked: lock.Package) -> lock.Package:
        if chosen := wheels.choose(locked.wheels, question.target):
            return replace(locked, wheels=(chosen,), sdist=None)
        if locked.sdist is not None and (self.containers or not locked.wheels):
            return replace(locked, wheels=())
        raise self._no_wheel(question, locked)

    def _compile(self, question: Question, found: _Found) -> uv.Finished:
        """Compile for the target, with wheels only; releases we built are given as wheels."""
        known = found.source_only
        overrides = question.folder / "overrides.txt"
        lines = [f"{name} @ {only.wheel.path.as_uri()}" for name, only in known.items()]
        overrides.write_text("\n".join(lines), encoding="utf-8")
        hidden = [f"--no-emit-package={name}" for name in known]
        return self._run(question, [*found.options, *hidden, "--overrides", str(overrides)])

    def _run(self, question: Question, options: Sequence[str]) -> uv.Finished:
        always = ["--format", "pylock.toml", "--no-header", "--only-binary", ":all:", *options]
        return self._ask(question, [*question.arguments(), *always])

    def _ask(self, question: Question, arguments: Sequence[str]) -> uv.Finished:
        where = self._where(question)
        given = question.names_indexes
        return uv.run(["pip", "compile", *arguments], where, indexes_given=given)

    def _where(self, question: Question) -> Path:
        """Return the folder to run uv in: the one that configures uv itself, if any.

        Else a neutral one: uv looks upwards for `[tool.uv]`, and the constraints of a repository
        that the project merely lies in would bind it.
        """
        folder = question.requested.settings or self.project
        return folder if uv.is_configured_in(folder) else question.folder

    def _for_target(self, target: Target) -> list[str]:
        """Return the options that describe the target exactly."""
        if target.glibc in UV_PLATFORMS:
            return [*version(target), "--python-platform", platform(target, target.glibc)]
        return ["--python", str(self.interpreter(target, self.store))]

    def _learn(self, question: Question, found: _Found, failed: uv.Finished) -> None:
        """Build what uv has no wheels for, or raise the reason why there is no solution."""
        known = found.source_only
        missing = _missing(failed)
        other = {canonicalize_name(name) for name in _OTHER_PLATFORM.findall(failed.stderr)}
        if self.containers:
            missing |= other | {each.name for each in found.refused}
            found.refused.clear()
            question.exclude([])
        else:
            for name in [*sorted(other), *sorted(missing - known.keys())]:
                self._refuse_native(question, name, failed)
        if not missing - known.keys() or len(known) > _MOST_SOURCE_ONLY:
            if found.refused:
                raise self._no_wheel(question, found.refused[0])
            raise _unsatisfiable(question, failed)
        known |= self._built(question, missing | known.keys())

    def _refuse(self, question: Question, found: _Found, misfits: Sequence[lock.Package]) -> None:
        """Have uv choose other versions than these."""
        found.refused += misfits
        if len(found.refused) > _MOST_REFUSED:
            raise self._no_wheel(question, found.refused[0])
        question.exclude([f"{each.name}!={each.version}" for each in found.refused])

    def _refuse_native(self, question: Question, name: str, failed: uv.Finished) -> None:
        """Raise when a release has wheels, but none for the target."""
        said = re.search(rf"\b{re.escape(name)}==([^\s,]+) has no ", failed.stderr)
        wanted = f"{name}=={said[1]}" if said else name
        options = ["--universal", "--no-deps", "--format", "pylock.toml", "--no-header"]
        only = ["--no-build", *version(question.target)]
        finished = self._ask(question, [question.alone(wanted), *options, *only])
        if finished.code == 0:
            raise self._no_wheel(question, lock.packages(finished.stdout, question.unit)[0])

    def _no_wheel(self, question: Question, locked: lock.Package) -> BuildError:
        """Return the error, with a version that has a wheel when the index shows one."""
        described = self._for_target(question.target)
        options = ["--no-deps", "--format", "pylock.toml", "--no-header", "--only-binary", ":all:"]
        alone = question.alone(f"{locked.name}!={locked.version}")
        finished = self._ask(question, [alone, *options, *described])
        other = ""
        if finished.code == 0:
            offered = lock.packages(finished.stdout, question.unit)
            fitting = [p for p in offered if wheels.choose(p.wheels, question.target)]
            other = fitting[0].version if fitting else ""
        return no_wheel(locked, question.target, question.unit, other=other)

    def _built(self, question: Question, names: set[str]) -> dict[str, _SourceOnly]:
        """Build the releases that have no wheels; uv chooses their versions."""
        self.progress("build from source", ", ".join(sorted(names)))
        finished = self._with_sources(question, names)
        # uv names one release at a time; each that it names may need another.
        while more := _missing(finished) - names:
            if self.containers is None:
                for name in sorted(more):
                    self._refuse_native(question, name, finished)
            names |= more
            finished = self._with_sources(question, names)
        if finished.code != 0:
            raise _unsatisfiable(question, finished)
        offered = lock.packages(finished.stdout, question.unit)
        wanted = [each for each in offered if each.name in names and each.sdist is not None]
        built = {}
        for name, wheel in self._wheels_of(question, wanted).items():
            block = lock.block_of(finished.stdout, name)
            built[str(name)] = _SourceOnly(name, block, wheel)
        if not names <= built.keys():
            raise _unsatisfiable(question, finished)
        return built

    def _with_sources(self, question: Question, names: set[str]) -> uv.Finished:
        """Compile with the sources of these allowed.

        Asks the running interpreter to prepare metadata, because the stand-in cannot run code.
        """
        allowed = [f"--no-binary={name}" for name in sorted(names)]
        return self._run(question, [*nearest(question.target), *allowed])

    def _wheels_of(
        self, question: Question, releases: Sequence[lock.Package]
    ) -> dict[NormalizedName, StoredWheel]:
        if self.containers is None:
            return {each.name: wheel_of_sdist(each, self.store, self.fetcher) for each in releases}
        from sam_deploy.build.container import wheels_of  # noqa: PLC0415 - seldom wanted

        tools = (self.store, self.fetcher, self.containers)
        return wheels_of(releases, question.target, question.unit, tools, self.progress)


def _missing(failed: uv.Finished) -> set[str]:
    """Return the packages that uv wants wheels of and finds none."""
    return {canonicalize_name(name) for name in _SOURCE_ONLY.findall(failed.stderr)}


def _misfits(body: str, target: Target, unit: str) -> list[lock.Package]:
    """Return what has wheels, is wanted on the target, and has no wheel that runs there."""
    return [
        found
        for found in lock.packages(body, unit)
        if found.wheels and wheels.wanted(found, target) and not wheels.choose(found.wheels, target)
    ]


def wheel_of_sdist(locked: lock.Package, store: Store, fetcher: Fetcher) -> StoredWheel:
    """Return the pure wheel of a release that is locked as source only."""
    if locked.sdist is None:
        why = "it has no files on the package index: neither a wheel nor its source"
        hint = "choose another version, or name the index that has it in UV_INDEX"
        raise BuildError(f"`{locked.name}` {locked.version} cannot be built", why=why, hint=hint)
    path = fetcher.paths([locked.sdist])[0]
    named = f"`{locked.name}` {locked.version}, which has no wheels,"
    return package.build_sdist(path, locked.sdist.sha256, named, store)


def no_wheel(locked: lock.Package, target: Target, unit: str, *, other: str = "") -> BuildError:
    """Return the error for a release that has wheels, but none that runs on the target.

    `other` is a version that has one.
    """
    major, minor = target.python_minor
    tags = wheels.tags_of(locked.wheels)
    offered: Sequence[str] = tags  # narrowed to those that nearly fit, as far as there are any
    for part in (f"_{wheels.machine(target)}", "-manylinux", f"cp{major}{minor}-"):
        offered = [tag for tag in offered if part in tag] or offered
    glibc = ".".join(map(str, target.glibc))
    ways = f"allow `{locked.name}` {other}, which has one" if other else "allow another version"
    return BuildError(
        f"`{locked.name}` {locked.version} has no wheel for {target.label}, wanted by `{unit}`",
        why=f"the target has Python {major}.{minor}, {wheels.machine(target)} and glibc {glibc}; "
        f"on offer: {', '.join(offered[:6]) or 'source only'}",
        hint=f"{ways}; choose another runtime (python3.12 and newer have glibc 2.34) or "
        "architecture; or build with `--use-container`",
    )


def _with_blocks(body: str, known: dict[str, _SourceOnly]) -> str:
    if not known:
        return body
    without_list = body.replace("\npackages = []\n", "\n")
    return without_list + "".join(only.block for only in known.values())


def _unsatisfiable(question: Question, finished: uv.Finished) -> BuildError:
    return BuildError(
        f"The dependencies of `{question.unit}` cannot be resolved for {question.target.label}",
        why=uv.short_reason(finished.stderr),
        hint=_way_out(finished.stderr),
    )


def _way_out(stderr: str) -> str:
    if "401 Unauthorized" in stderr or "403 Forbidden" in stderr:
        return "give the package index's name and password in UV_INDEX or in ~/.netrc"
    if "Failed to fetch" in stderr or "error sending request" in stderr:
        return "check the connection to the package index, then build again"
    return "change the requirements so that one set of versions fits all of them"
