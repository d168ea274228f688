"""A project that takes whatever files a test puts into it, and says what became of them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.campaigns.project import Built, Site

APP: Final = """\
from sam_deploy import App, Environment, FeatureSet, Function, Layer

app = App(
    name="traps",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    bytecode="off",
    {app}
    layers=[Layer("shared", source="layers/shared", {layer})],
    functions=[Function("Api", source="functions/Api", layers=["shared"], {function})],
)
"""
HANDLER: Final = "def handler(event, context):\n    return 1\n"


@dataclass(frozen=True, slots=True)
class Traps:
    """A project whose function and layer take whatever files a test puts into them."""

    site: Site

    @property
    def source(self) -> Path:
        """The function's folder."""
        return self.site.folder / "functions" / "Api"

    @property
    def layer(self) -> Path:
        """The layer's folder."""
        return self.site.folder / "layers" / "shared"

    def options(self, *, app: str = "", layer: str = "", function: str = "") -> None:
        """Write `deploy.py` with further arguments of the app, the layer and the function."""
        text = APP.format(app=app, layer=layer, function=function)
        (self.site.folder / "deploy.py").write_text(text, encoding="utf-8")

    def shipped(self, archive: str = "Api.zip", prefix: str = "") -> set[str]:
        """Build, and return the user's files in an archive."""
        built = self.site.build()
        assert (0, "") == (built.code, built.err.strip())
        with zipfile.ZipFile(self.site.shown / archive) as opened:
            assert opened.testzip() is None
            names = {name.removeprefix(prefix) for name in opened.namelist()}
        return {name for name in names if not name.startswith("sam_deploy_runtime/")}

    def refused(self) -> Built:
        """Build, and return what it says when it ends in one error."""
        built = self.site.build()
        assert (3, 1) == (built.code, built.err.count("error:")), built.err
        assert "Traceback" not in built.err
        return built


def make(base: Path) -> Traps:
    """Write a project with a handler and a layer of one module."""
    made = Traps(Site(base / "project", base / "store"))
    put(made.source, {"handler.py": HANDLER})
    put(made.layer, {"shared.py": "NAME = 'shared'\n"})
    made.options()
    return made


def put(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, with the folders they are in."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
