"""A fresh Python that imports modules from unpacked archives, and says how long it took."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy.build.inspect.unpacked import Folders
from sam_deploy.errors import BuildError

TIMEOUT_SECONDS: Final = 60
_MARK: Final = "sam-deploy imports "
_PROGRAM: Final = f"""
import sys, time
names, *sys.path[:1] = sys.argv[1:]
sys.argv[1:] = []
sys.stderr.write("\\n{_MARK}" + names + "\\n")
sys.stderr.flush()
began = time.perf_counter()
for name in names.split():
    __import__(name)
taken = time.perf_counter() - began
version = ".".join(map(str, sys.version_info[:3]))
sys.stdout.write("\\n{_MARK}" + repr(taken) + " " + version + "\\n")
"""
_REASON_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a process came to. `log` is what it wrote to standard error during the import."""

    code: int
    seconds: float
    """Of the import alone, by the process's own clock; 0 when it failed."""
    python: str
    log: str

    @property
    def reason(self) -> str:
        """Why it failed: the last lines of its traceback."""
        lines = [line.strip() for line in self.log.splitlines()]
        said = [line for line in lines if line and not line.startswith("import time:")]
        return " / ".join(said[-_REASON_LINES:]) or "it ended the process and said nothing"


@dataclass(frozen=True, slots=True)
class Importing:
    """What to import, where it is, and with what."""

    interpreter: Path
    modules: tuple[str, ...]
    """Imported one after the other."""
    function: str
    folders: Folders
    variables: Mapping[str, str]

    def run(self, *options: str) -> Answer:
        """Import the modules in a new process. Raises `BuildError` when it takes 60 s."""
        # -S: a package of this computer must not stand in for one that the archive lacks.
        names = " ".join(self.modules)
        command = [str(self.interpreter), "-S", "-s", *options, "-c", _PROGRAM, names]
        try:
            done = subprocess.run(
                [*command, *self.folders.search_path],
                cwd=self.folders.task,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BuildError(
                f"The handler of `{self.function}` was not imported",
                why=f"it was given {TIMEOUT_SECONDS} s; Lambda gives 10 s",
                hint="look for network calls and endless loops at the top level of its modules",
            ) from error
        before, began, after = done.stderr.partition(f"{_MARK}{names}\n")
        log = after if began else before
        # The import may have printed, too, so the answer is what stands last.
        _, marked, answer = done.stdout.rpartition(_MARK)
        if done.returncode != 0 or not marked:
            return Answer(done.returncode or 1, 0.0, "", log)
        seconds, version = answer.split()
        return Answer(0, float(seconds), version, log)

    def _environment(self) -> dict[str, str]:
        """Return variables as Lambda sets them, without credentials and nothing of this shell."""
        scratch = str(self.folders.scratch)
        return {
            "PATH": os.defpath,
            "HOME": scratch,
            "TMPDIR": scratch,
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_FUNCTION_NAME": self.function,
            "LAMBDA_TASK_ROOT": str(self.folders.task),
            **self.variables,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
