"""What a request costs on the laptop, and what starting and saving do."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench import load, served
from bench.goals import OURS
from bench.load import Asked
from bench.measure import RunFailedError, say
from bench.results import Case, Series
from bench.served import Project
from bench.tools import Tools

CONNECTIONS: Final = 16
BURST: Final = 100
SERVE: Final = "sam-deploy serve"
CHALICE: Final = "chalice local"
UVICORN: Final = "uvicorn"
LATENCY_SHARE: Final = 0.4
WARM_UP: Final = 20


@dataclass(frozen=True, slots=True)
class Length:
    """How long each figure is measured, and how often."""

    seconds: float
    runs: int


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody who serves the app. `path` is that of the silent function."""

    name: str
    serving: Callable[[], AbstractContextManager[str]]
    path: str
    api_path: str = ""


def sides(project: Project, scratch: Path, tools: Tools) -> tuple[Side, ...]:
    """Return all of them. The project is deployed."""
    return (
        Side(OURS, lambda: _gateway(project), "/hello", "/api"),
        Side(SERVE, lambda: served.serving(project), "/hello"),
        Side(CHALICE, lambda: served.chalice(scratch / "chalice", tools), "/hello"),
        Side(UVICORN, lambda: _uvicorn(scratch / "plain", served.PLAIN), "/hello"),
        Side(f"{UVICORN}, FastAPI", lambda: _uvicorn(scratch / "api", served.API), "", "/api"),
    )


def requests(every: tuple[Side, ...], length: Length) -> tuple[Case, ...]:
    """Ask each of them for the silent function, and for the one on FastAPI."""
    alone, together, api = [], [], []
    notes: list[str] = []
    for side in every:
        say(side.name)
        with side.serving() as url:
            if side.path:
                alone.append(_series(side.name, url + side.path, 1, length, notes, _median))
                together.append(
                    _series(side.name, url + side.path, CONNECTIONS, length, notes, _each)
                )
            if side.api_path:
                api.append(
                    _series(side.name, url + side.api_path, CONNECTIONS, length, notes, _each)
                )
    return (
        Case("latency", "One warm request to a silent function", tuple(alone)),
        Case(
            "load",
            f"A silent function, {CONNECTIONS} connections: seconds by number of requests",
            tuple(together),
            _rates(together) + tuple(notes),
        ),
        Case(
            "fastapi",
            f"FastAPI, {CONNECTIONS} connections: seconds by number of requests",
            tuple(api),
            _rates(api),
        ),
    )


def burst(project: Project) -> Case:
    """A hundred connections at once to a function that has no worker."""
    say("burst")
    asked = load.burst(f"{project.url()}/cold", BURST)
    if asked.failures:
        raise RunFailedError(f"of {BURST} cold requests {len(asked.failures)} failed")
    taken = {"seconds": [max(asked.seconds)]}
    return Case(
        "burst",
        f"{BURST} connections at once to a function that was never called: the last answer",
        (Series(OURS, taken),),
        (f"All {BURST} were answered with 200.",),
    )


def saved(project: Project, runs: int) -> Case:
    """From a saved file to the first answer of the new code, with `serve`."""
    say("saved file")
    source = project.hello.read_text(encoding="utf-8")
    taken: list[float] = []
    try:
        with served.serving(project) as url, httpx.Client(trust_env=False, timeout=30) as http:
            for number in range(runs):
                mark = f"saved {number}"
                http.get(f"{url}/hello")
                project.hello.write_text(source.replace("world", mark), encoding="utf-8")
                began = time.perf_counter()
                while mark not in http.get(f"{url}/hello").text:
                    if time.perf_counter() - began > served.READY_SECONDS:
                        raise RunFailedError("a saved file was not served")
                taken.append(time.perf_counter() - began)
                time.sleep(1.0)
    finally:
        project.hello.write_text(source, encoding="utf-8")
    return Case(
        "saved", "From a saved file to the new answer", (Series(SERVE, {"seconds": taken}),)
    )


def starts(project: Project, runs: int) -> Case:
    """The whole embedded cloud, from nothing running to ready; its environment is there."""
    say("start")
    taken: list[float] = []
    for _ in range(runs):
        project.run("cloud", "stop")
        began = time.perf_counter()
        project.run("cloud", "start")
        taken.append(time.perf_counter() - began)
    return Case(
        "start", "`cloud start`, not for the first time", (Series(OURS, {"seconds": taken}),)
    )


@contextmanager
def _gateway(project: Project) -> Iterator[str]:
    yield project.url()


def _uvicorn(folder: Path, text: str) -> AbstractContextManager[str]:
    return served.uvicorn(folder, text, "/api" if text == served.API else "/hello")


def _series(
    name: str,
    url: str,
    connections: int,
    length: Length,
    notes: list[str],
    figure: Callable[[Asked], float],
) -> Series:
    for _ in range(WARM_UP):
        httpx.get(url, trust_env=False, timeout=30)
    load.ask(url, connections, length.seconds * LATENCY_SHARE)
    taken = []
    for _ in range(length.runs):
        asked = load.ask(url, connections, length.seconds)
        if asked.failures:
            notes.append(f"{name}: {len(asked.failures)} failures, such as {asked.failures[0]}")
        taken.append(figure(asked))
    return Series(name, {"seconds": taken})


def _median(asked: Asked) -> float:
    return statistics.median(asked.seconds) if asked.seconds else float("inf")


def _each(asked: Asked) -> float:
    return asked.seconds_each


def _rates(found: list[Series]) -> tuple[str, ...]:
    told = [f"{each.name} {1 / median:.0f}" for each in found if (median := each.median("seconds"))]
    return (f"Requests a second: {', '.join(told)}.",) if told else ()
