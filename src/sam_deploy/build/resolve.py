"""Requirements become a lock: exact versions whose wheels run on the target, chosen by uv.

Runs `uv pip compile` (PEP 751 output) for the target's exact Python, architecture and glibc, with
wheels only. A release that comes as source only is built once and given to uv as a wheel; nothing
native is ever compiled. Talks to the package index through uv.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from sam_deploy.build import lock, package, stand_in, uv, wheels
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.requirements import Requested
from sam_deploy.build.store import Store, StoredWheel
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

UV_PLATFORMS: Final = frozenset({(2, 17), (2, 28), *((2, minor) for minor in range(31, 41))})
"""The glibc versions that uv 0.13 has a manylinux platform for."""
_SOURCE_ONLY: Final = re.compile(r"Wheels are required for `([^`]+)`")
_OTHER_PLATFORM: Final = re.compile(r"Wheels are available for `([^`]+)`")
_MOST_SOURCE_ONLY: Final = 12


@dataclass(frozen=True, slots=True)
class _SourceOnly:
    """A release without wheels: its place in the lock, and the wheel we built of it."""

    name: str
    block: str
    wheel: StoredWheel


@dataclass(frozen=True, slots=True)
class Resolver:
    """What resolving needs besides the requirements."""

    store: Store
    fetcher: Fetcher
    project: Path
    progress: Callable[[str, str], None]
    """Told the step and its detail, when a step takes a while."""

    def resolve(self, requested: Requested, target: Target, unit: str) -> str:
        """Return the body of a PEP 751 lock.

        Raises `BuildError` with uv's reason when there is no solution, and with the tags on offer
        when a release has no wheel for the target.
        """
        with tempfile.TemporaryDirectory(prefix="sam-deploy-") as name:
            question = _Question(Path(name), requested, target, unit)
            question.write()
            known: dict[str, _SourceOnly] = {}
            while True:
                self.progress("resolve", target.label)
                finished = self._compile(question, _for_target(target, self.store), known)
                if finished.code == 0:
                    return _with_blocks(finished.stdout, known)
                missing = {canonicalize_name(n) for n in _SOURCE_ONLY.findall(finished.stderr)}
                for package_name in _OTHER_PLATFORM.findall(finished.stderr):
                    self._refuse_native(question, package_name, finished)
                if not missing - known.keys() or len(known) > _MOST_SOURCE_ONLY:
                    raise _unsatisfiable(question, finished)
                for package_name in sorted(missing - known.keys()):
                    self._refuse_native(question, package_name, finished)
                known |= self._built(question, missing | known.keys())

    def _compile(
        self, question: _Question, options: Sequence[str], known: dict[str, _SourceOnly]
    ) -> uv.Finished:
        """Compile for the target, with wheels only; `known` are given as wheels of ours."""
        overrides = question.folder / "overrides.txt"
        lines = [f"{name} @ {only.wheel.path.as_uri()}" for name, only in known.items()]
        overrides.write_text("\n".join(lines), encoding="utf-8")
        hidden = [f"--no-emit-package={name}" for name in known]
        return self._run(question, [*options, *hidden, "--overrides", str(overrides)])

    def _run(self, question: _Question, options: Sequence[str]) -> uv.Finished:
        always = ["--format", "pylock.toml", "--no-header", "--only-binary", ":all:", *options]
        return uv.run(["pip", "compile", *question.files(), *always], self._where(question))

    def _where(self, question: _Question) -> Path:
        """Return the folder to run uv in: the project's, when it configures uv itself.

        Else a neutral one: uv looks upwards for `[tool.uv]`, and the constraints of a repository
        that the project merely lies in would bind it.
        """
        return self.project if uv.is_configured_in(self.project) else question.folder

    def _refuse_native(self, question: _Question, name: str, failed: uv.Finished) -> None:
        """Raise when a release has wheels, but none for the target."""
        version = re.search(rf"\b{re.escape(name)}==([^\s,]+) has no ", failed.stderr)
        wanted = f"{name}=={version[1]}" if version else name
        alone = question.folder / "alone.in"
        alone.write_text("\n".join([*question.requested.options, wanted]), encoding="utf-8")
        options = ["--universal", "--no-deps", "--format", "pylock.toml", "--no-header"]
        finished = uv.run(
            ["pip", "compile", str(alone), *options, "--no-build", *_version(question.target)],
            self._where(question),
        )
        if finished.code == 0:
            offered = lock.packages(finished.stdout, question.unit)
            raise no_wheel(offered[0], question.target, question.unit)

    def _built(self, question: _Question, names: set[str]) -> dict[str, _SourceOnly]:
        """Build the releases that have no wheels; uv chooses their versions."""
        self.progress("build from source", ", ".join(sorted(names)))
        allowed = [f"--no-binary={name}" for name in sorted(names)]
        # Asks the running interpreter to prepare metadata, because the stand-in cannot run code.
        finished = self._run(question, [*_nearest(question.target), *allowed])
        if finished.code != 0:
            raise _unsatisfiable(question, finished)
        built = {}
        for found in lock.packages(finished.stdout, question.unit):
            if found.name in names and found.sdist is not None:
                wheel = wheel_of_sdist(found, self.store, self.fetcher)
                block = lock.block_of(finished.stdout, found.name)
                built[str(found.name)] = _SourceOnly(found.name, block, wheel)
        if not names <= built.keys():
            raise _unsatisfiable(question, finished)
        return built


def wheel_of_sdist(locked: lock.Package, store: Store, fetcher: Fetcher) -> StoredWheel:
    """Return the pure wheel of a release that is locked as source only."""
    if locked.sdist is None:
        raise BuildError(f"`{locked.name}` {locked.version} has no files on the index")
    path = fetcher.paths([locked.sdist])[0]
    named = f"`{locked.name}` {locked.version}, which has no wheels,"
    return package.build_sdist(path, locked.sdist.sha256, named, store)


def no_wheel(locked: lock.Package, target: Target, unit: str) -> BuildError:
    """Return the error for a release that has wheels, but none that runs on the target."""
    major, minor = target.python_minor
    tags = wheels.tags_of(locked.wheels)
    offered: Sequence[str] = tags
    # Narrowed step by step to those that nearly fit, as far as there are any.
    for part in (f"_{wheels.machine(target)}", "-manylinux", f"cp{major}{minor}-"):
        offered = [tag for tag in offered if part in tag] or offered
    glibc = ".".join(map(str, target.glibc))
    return BuildError(
        f"`{locked.name}` {locked.version} has no wheel for {target.label}, wanted by `{unit}`",
        why=f"the target has Python {major}.{minor}, {wheels.machine(target)} and glibc {glibc}; "
        f"on offer: {', '.join(offered[:6]) or 'source only'}",
        hint=f"allow another version of `{locked.name}`, or choose another runtime "
        "(python3.12 and newer have glibc 2.34) or architecture",
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """The requirements as files for uv, in a folder that is removed afterwards."""

    folder: Path
    requested: Requested
    target: Target
    unit: str

    def write(self) -> None:
        lines = [*self.requested.options, *self.requested.requirements]
        constraints = self.requested.constraints
        (self.folder / "requirements.in").write_text("\n".join(lines), encoding="utf-8")
        (self.folder / "constraints.txt").write_text("\n".join(constraints), encoding="utf-8")

    def files(self) -> list[str]:
        constraints = ["--constraints", str(self.folder / "constraints.txt")]
        return [str(self.folder / "requirements.in"), *constraints]


def _for_target(target: Target, store: Store) -> list[str]:
    """Return the options that describe the target exactly."""
    if target.glibc in UV_PLATFORMS:
        return [*_version(target), "--python-platform", _platform(target, target.glibc)]
    return ["--python", str(stand_in.interpreter(target, store))]


def _nearest(target: Target) -> list[str]:
    """Return options that describe the target nearly, with an interpreter that can run code."""
    later = [glibc for glibc in UV_PLATFORMS if glibc >= target.glibc]
    return [*_version(target), "--python-platform", _platform(target, min(later, default=(2, 40)))]


def _version(target: Target) -> list[str]:
    return ["--python", sys.executable, "--python-version", target.python]


def _platform(target: Target, glibc: tuple[int, int]) -> str:
    return f"{wheels.machine(target)}-manylinux_{glibc[0]}_{glibc[1]}"


def _with_blocks(body: str, known: dict[str, _SourceOnly]) -> str:
    if not known:
        return body
    without_list = body.replace("\npackages = []\n", "\n")
    return without_list + "".join(only.block for only in known.values())


def _unsatisfiable(question: _Question, finished: uv.Finished) -> BuildError:
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
