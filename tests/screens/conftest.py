"""A tiny project, and `sam-deploy` as a process of its own with a screen of 80 columns."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DEPLOY = """\
from sam_deploy import App, Environment, FeatureSet, Function, Queue, on_queue

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[
        FeatureSet("core", regions=["eu-west-1", "us-east-1"]),
        FeatureSet("ams", regions=["us-east-1"], title="AMS Features"),
    ],
    queues=[Queue("Changes", feature_set="ams", visibility_timeout_seconds=60)],
    functions=[
        Function("Api", source="functions/api", memory_mb=256, timeout_seconds=10),
        Function(
            "Ams",
            source="functions/ams",
            feature_set="ams",
            timeout_seconds=10,
            triggers=[on_queue("Changes")],
            uses=["Changes.read"],
        ),
    ],
)
"""
HANDLER = """\
def handler(event, context):
    return {"statusCode": 200}
"""
FILTERS = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "[SHA256]"),
    (re.compile(r"127\.0\.0\.1:[0-9]+"), "127.0.0.1:[PORT]"),
    (re.compile(r"\b[0-9]+\.[0-9]+ s\b"), "[TIME]"),
    (re.compile(r"[0-9]{8}T[0-9]{6}"), "[TIME]"),
    (re.compile(r"(\[TIME\]Z-[a-z-]+)-[0-9a-f]{4}\b"), r"\1-[ID]"),
)


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two functions in two feature sets, without any dependency."""
    project = tmp_path_factory.mktemp("tiny")
    (project / "deploy.py").write_text(DEPLOY, encoding="utf-8")
    for name in ("api", "ams"):
        folder = project / "functions" / name
        folder.mkdir(parents=True)
        (folder / "handler.py").write_text(HANDLER, encoding="utf-8")
    return project


@pytest.fixture(scope="session")
def screen(tiny_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs a command line and returns all that can be seen of it: exit code and both streams.

    Without `project` it runs in the tiny project's folder.
    """
    cache = tmp_path_factory.mktemp("cache")

    def run(*arguments: str, project: Path = tiny_project) -> str:
        environment = os.environ | {
            "COLUMNS": "80",
            "TERM": "dumb",
            "PYTHONHASHSEED": "random",
            "SAM_DEPLOY_CACHE_DIR": str(cache),
        }
        ended = subprocess.run(
            [sys.executable, "-m", "sam_deploy", *arguments],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        seen = (
            f"$ sam-deploy {' '.join(arguments)}".rstrip()
            + f"\nexit {ended.returncode}\n"
            + f"--- stdout\n{ended.stdout}--- stderr\n{ended.stderr}"
        )
        for folder in (project.resolve(), project):
            seen = seen.replace(str(folder), "[PATH]")
        for pattern, name in FILTERS:
            seen = pattern.sub(name, seen)
        return seen

    return run
