"""An app that is served, and what a saved file does to it.

A saved file of a function's own gives that function new workers, at once. Anything else, such as
`deploy.py`, requirements or a layer, is read and built anew; what is served stays until that has
succeeded.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sam_deploy.cli.deploying import saved_files
from sam_deploy.cli.serving import made
from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sam_deploy.cli.serving.made import Maker
    from sam_deploy.cli.serving.stream import Stream
    from sam_deploy.config import App
    from sam_deploy.lanes import Stop
    from sam_deploy.local.serving.model import ServedApp
    from sam_deploy.local.serving.upstream import ServedUpstream
    from sam_deploy.local.workers.pool import Pool

BUILT: Final = ("requirements", "pyproject.toml", "uv.lock", "poetry.lock", "package.json")
"""Beginnings of names of files that decide what is built."""
NODE: Final = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".json")


@dataclass(slots=True)
class Session:
    """What is served, and by which workers."""

    maker: Maker
    pool: Pool
    upstream: ServedUpstream
    stream: Stream
    app: App
    stop: Stop
    generation: int = 1
    _thread: threading.Thread | None = field(default=None)

    def watch(self) -> None:
        """Answer saved files from now on, in a thread of its own, until `stop`."""
        project = self.maker.project
        sources = [each.source for each in self.app.functions]
        sources += [each.source for each in self.app.layers if each.source]
        folders = (project, *saved_files.outside(project, sources))
        saved = saved_files.saves(project, folders, self.stop)
        next(saved)  # from here on nothing that is saved is missed

        def answer() -> None:
            for files in saved:
                if files and not self.stop.is_set():
                    self.answer(files)

        self._thread = threading.Thread(target=answer, name="saved-files", daemon=True)
        self._thread.start()

    def answer(self, files: Sequence[Path]) -> None:
        """What was saved is what the next request reaches; a mistake is shown."""
        begun = time.monotonic()
        self.generation += 1
        try:
            names = self._own(files)
            if names is None:
                served = self._made_anew()
            else:
                served = made.renewed(self.upstream.app, names, self.generation)
        except SamDeployError as error:
            show_error(error, typed=saved_files.once_saved)
            return
        warm = self._replace(served)
        if names is None:
            names = set(served.functions)
            self._drop_unused()
        took = (time.monotonic() - begun) * 1000
        # An editor's own file may be gone again.
        there = [file for file in files if file.exists()] or list(files)
        saved = ", ".join(sorted({_shown(file, self.maker.project) for file in there})[:2])
        what = ", ".join(sorted(warm or names))
        self.stream.say(f"{time.strftime('%H:%M:%S')} saved {saved}: {what} anew in {took:.0f} ms")

    def _own(self, files: Sequence[Path]) -> set[str] | None:
        """The functions whose own modules these files are; None when more than that changed."""
        found: set[str] = set()
        for file in files:
            owners = {
                each.name
                for each in self.app.functions
                if file.is_relative_to((self.maker.project / each.source).resolve())
            }
            if not owners or file.name.startswith(BUILT) or file.name.endswith(NODE):
                return None
            found |= owners
        return found

    def _made_anew(self) -> ServedApp:
        from sam_deploy import config  # noqa: PLC0415 - costs pydantic

        saved_files.forget(self.maker.project)
        app = config.load(self.maker.project)
        served = self.maker.make(app, self.generation)
        self.app = app
        return served

    def _replace(self, served: ServedApp) -> list[str]:
        """Serve this; functions that were warm are started again at once. Returns their names."""
        before = self.upstream.app.functions
        old = {each.key for name, each in before.items() if served.functions.get(name) != each}
        warm = [
            name
            for name, function in before.items()
            if function.key in old and name in served.functions and self.pool.pids(function.key)
        ]
        self.upstream.app = served
        self.pool.retire(lambda function: function.key in old)
        for name in warm:
            self.pool.start(served.functions[name])
        return warm

    def _drop_unused(self) -> None:
        """Layers and dependencies of before are gone; those of the last time may still be there."""
        used = self.pool.folders()
        if used is not None:
            self.maker.places.drop_unused(used)


def _shown(file: Path, project: Path) -> str:
    return str(file.relative_to(project)) if file.is_relative_to(project) else str(file)
