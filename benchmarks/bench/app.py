"""The benchmarked app, described once and written as a SAM project and as a sam-deploy project.

Five functions and five layers, the same sources and requirements for both tools. Writes only into
the folders it is given. `pillow<12.3` and `numpy<2.3` are there for SAM's sake: without them its
own check refuses the wheels it has chosen for python3.11.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RUNTIME: Final = "python3.11"
HOME: Final = "eu-west-1"
ALIAS: Final = "dev"
PYTHON: Final = "3.11"

API_REQUIREMENTS: Final = (
    "fastapi==0.125.0",
    "mangum==0.19.0",
    "pydantic[email]==2.12.5",
    "pydantic-settings==2.12.0",
    "python-jose[cryptography]==3.5.0",
    "requests==2.32.5",
)
API_SOURCES: Final = {
    "main.py": '''"""An API on FastAPI, behind Mangum."""

import requests
from fastapi import FastAPI
from jose import jwt
from mangum import Mangum
from settings import Settings

settings = Settings()
app = FastAPI(title=settings.title)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok", "requests": requests.__version__}


@app.get("/token")
def token() -> str:
    return jwt.encode({"sub": "benchmark"}, settings.secret)


handler = Mangum(app)
''',
    "settings.py": '''"""What the API is told by its environment."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "Benchmark"
    secret: str = "not a secret"
''',
}
TINY_HANDLER: Final = '''"""Answers for $name: no two functions are the same."""


def handler(event, context):
    return {"statusCode": 200}
'''


@dataclass(frozen=True, slots=True)
class Layer:
    """Dependencies shared by functions."""

    name: str
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function: its files by path, its requirements, its layers."""

    name: str
    handler: str = "handler.handler"
    requirements: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=lambda: {"handler.py": TINY_HANDLER})
    """Text by file name; `$name` becomes the function's."""


@dataclass(frozen=True, slots=True)
class App:
    """Functions and the layers they use.

    With `regions` it is one to deploy: its first function answers an HTTP API, and every function
    has a version and an alias. sam-deploy goes to all regions, the SAM CLI is told one a time.
    """

    functions: tuple[Function, ...]
    layers: tuple[Layer, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def units(self) -> int:
        """How many archives come of it."""
        return len(self.functions) + len(self.layers)


API: Final = Function("Api", "main.handler", API_REQUIREMENTS, sources=API_SOURCES)
PANDAS: Final = Layer("Data", ("pandas==2.3.3", "openpyxl==3.1.5", "numpy<2.3"))
THE_APP: Final = App(
    functions=(
        API,
        Function("Small1", requirements=("requests==2.32.5",), layers=("Mongo", "Docs")),
        Function("Small2", requirements=("python-dateutil==2.9.0.post0", "tzdata==2025.2")),
        Function("Small3", layers=("Mangum", "Http")),
        Function("Small4", layers=("Data",)),
    ),
    layers=(
        Layer("Mongo", ("pymongo==4.15.0",)),
        Layer("Docs", ("num2words==0.5.14", "reportlab==4.4.3", "pillow<12.3")),
        Layer("Mangum", ("mangum==0.19.0",)),
        PANDAS,
        Layer("Http", ("requests==2.32.5",)),
    ),
)
PANDAS_APP: Final = App((Function("Small", layers=(PANDAS.name,)),), (PANDAS,))
API_APP: Final = App((API,))


def growing(functions: int) -> App:
    """Return an app of that many tiny functions, which share one layer."""
    layer = Layer("Shared", ("idna==3.10",))
    names = (f"Function{number:04d}" for number in range(1, functions + 1))
    return App(tuple(Function(name, layers=(layer.name,)) for name in names), (layer,))


def write_sam(app: App, folder: Path) -> Path:
    """Write the app as a SAM project and return its folder."""
    _write_sources(app, folder)
    resources = {f"{each.name}Layer": _sam_layer(each) for each in app.layers}
    resources |= {f"{each.name}Function": _sam_function(app, each) for each in app.functions}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": resources,
    }
    (folder / "template.json").write_text(json.dumps(template, indent=2), encoding="utf-8")
    return folder


def write_ours(app: App, folder: Path, settings: Mapping[str, object] | None = None) -> Path:
    """Write the app as a sam-deploy project; `settings` are further arguments of `App(...)`."""
    _write_sources(app, folder)
    more = "".join(f"    {name}={value!r},\n" for name, value in (settings or {}).items())
    more += "    http_api=HttpApi(),\n" if app.regions else ""
    layers = "".join(
        f'        Layer("{each.name}", requirements_file="{_layer_file(each)}"),\n'
        for each in app.layers
    )
    functions = "".join(
        f'        Function("{each.name}", source="{_function_folder(each)}", '
        f"handler={each.handler!r}, layers={list(each.layers)!r}, timeout_seconds=30"
        f"{_routes(app, each)}),\n"
        for each in app.functions
    )
    regions = list(app.regions) or [HOME]
    text = (
        '"""Made by the benchmarks."""\n\n'
        "from sam_deploy import App, Environment, FeatureSet, Function, HttpApi, Layer, Route\n\n"
        "app = App(\n"
        f'    name="benchmark",\n    home_region="{regions[0]}",\n'
        f'    runtime="{RUNTIME}",\n    environments=[Environment("{ALIAS}")],\n'
        f'    feature_sets=[FeatureSet("core", regions={regions!r})],\n'
        f"{more}    layers=[\n{layers}    ],\n    functions=[\n{functions}    ],\n)\n"
    )
    (folder / "deploy.py").write_text(text, encoding="utf-8")
    return folder


def requirements_text(requirements: Sequence[str]) -> str:
    """Return the content of a requirements file."""
    return "".join(f"{line}\n" for line in requirements)


def _write_sources(app: App, folder: Path) -> None:
    for layer in app.layers:
        _write(folder / _layer_folder(layer), {}, layer.requirements)
    for function in app.functions:
        sources = {n: text.replace("$name", function.name) for n, text in function.sources.items()}
        _write(folder / _function_folder(function), sources, function.requirements)


def _write(folder: Path, sources: Mapping[str, str], requirements: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sources.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "requirements.txt").write_text(requirements_text(requirements), encoding="utf-8")


def _layer_folder(layer: Layer) -> str:
    return f"layers/{layer.name.lower()}"


def _layer_file(layer: Layer) -> str:
    return f"{_layer_folder(layer)}/requirements.txt"


def _function_folder(function: Function) -> str:
    return f"functions/{function.name.lower()}"


def _sam_layer(layer: Layer) -> dict[str, object]:
    return {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {
            "LayerName": layer.name.lower(),
            "ContentUri": _layer_folder(layer),
            "CompatibleRuntimes": [RUNTIME],
        },
        "Metadata": {"BuildMethod": RUNTIME, "BuildArchitecture": "x86_64"},
    }


def _routes(app: App, function: Function) -> str:
    answers = app.regions and function == app.functions[0]
    return ', routes=[Route("ANY", "/{proxy+}")]' if answers else ""


def _sam_function(app: App, function: Function) -> dict[str, object]:
    more: dict[str, object] = {}
    if app.regions:
        more["AutoPublishAlias"] = ALIAS
        if function == app.functions[0]:
            route = {"Path": "/{proxy+}", "Method": "ANY"}
            more["Events"] = {"Any": {"Type": "HttpApi", "Properties": route}}
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": _function_folder(function),
            "Handler": function.handler,
            "Runtime": RUNTIME,
            "Architectures": ["x86_64"],
            "Timeout": 30,
            "Layers": [{"Ref": f"{name}Layer"} for name in function.layers],
            **more,
        },
    }
