"""One deployed project on a cloud of its own, and what is done to it between two screens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TINY = Path(__file__).parents[2] / "e2e" / "tiny"
APP = 'home_region="eu-west-1",\n'
MAILS = (
    "    promotion=Promotion(\n"
    '        recipients=["ops@tiny.example"], sender="noreply@tiny.example",\n'
    '        broker="tiny-broker", codes_an_hour=20,\n    ),\n'
)
CODE = re.compile(r"\b[0-9]{6}\b")
SECONDS = 240


@dataclass(slots=True)
class Scene:
    """The project's folder; `edits` is how often its function was changed."""

    folder: Path
    variables: dict[str, str]
    edits: int = 0

    def run(self, *arguments: str) -> str:
        """Run a command without a terminal and return its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "sam_deploy", "--target", "embedded", *arguments],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def begin(self) -> None:
        """The project is there, and deployed."""
        shutil.copytree(TINY, self.folder, ignore=shutil.ignore_patterns(".sam-deploy", "__*"))
        file = self.folder / "deploy.py"
        text = file.read_text(encoding="utf-8").replace("Layer, Queue", "Layer, Promotion, Queue")
        assert 1 == text.count(APP)
        file.write_text(text.replace(APP, APP + MAILS), encoding="utf-8")
        self.run("deploy")

    def nothing(self) -> None:
        """Leave everything as it is."""

    def change(self) -> None:
        """The function says something else."""
        self.edits += 1
        with (self.folder / "functions" / "Hello" / "handler.py").open("a", encoding="utf-8") as to:
            to.write(f"# {self.edits}\n")

    def deploy_change(self) -> None:
        """`dev` is a version ahead of `prod`."""
        self.change()
        self.run("deploy")

    def deploy_again(self) -> None:
        """It stands."""
        self.run("deploy")

    def forward(self) -> None:
        """`prod` serves its second release."""
        self.run("rollback", "prod", "--to", "prod-2", "--auto-approve")

    def built(self) -> None:
        """Every archive is there."""
        self.run("build")

    def two_runs(self) -> None:
        """The last two runs are the same each time."""
        self.run("build")
        self.run("build")

    def without_files(self) -> None:
        """Nothing is there of what the commands write."""
        (self.folder / "agreed.json").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "new", ignore_errors=True)

    def code(self) -> str:
        """Return the one-time code of the last mail."""
        return CODE.findall(self.run("cloud", "mail"))[-1]
