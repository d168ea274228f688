"""The section of the laptop: verdicts from figures, and the client that makes the figures."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from bench import load, local_page
from bench.goals import OURS
from bench.local_cases import CHALICE, SERVE, UVICORN
from bench.results import Case, Results, Series


def case(key: str, **seconds: float) -> Case:
    names = {"ours": OURS, "serve": SERVE, "chalice": CHALICE, "uvicorn": UVICORN}
    series = [Series(names[name], {"seconds": (value,)}) for name, value in seconds.items()]
    return Case(key, key, tuple(series))


def test_each_goal_is_judged_by_its_own_figure() -> None:
    """Requests a second are told as the time of one of them."""
    cases = (
        case("latency", ours=0.0021, uvicorn=0.0004),
        case("load", ours=0.0025, chalice=0.006),
        case("saved", serve=0.2),
    )
    text = local_page.section(Results("2026-11-29", {}, {}, 3, cases))
    assert text.startswith("## On the laptop\n")
    assert "2 of 3 goals are reached." in text
    assert "**missed**: 2.50 ms is above 2.00 ms" in text
    assert "`sam local start-api` has no figure" in text


@pytest.fixture
def server() -> Iterator[str]:
    """Answers every second request of a connection with 500."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    port = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        statuses = ["200 OK", "500 Internal Server Error"]
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                head = f"HTTP/1.1 {statuses[0]}\r\nContent-Length: 2\r\n\r\n"
                statuses.reverse()
                writer.write(head.encode() + b"ok")
        except asyncio.IncompleteReadError:
            writer.close()

    async def listen() -> asyncio.Server:
        nonlocal port
        made = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = made.sockets[0].getsockname()[1]
        ready.set()
        return made

    def run() -> None:
        made = loop.run_until_complete(listen())
        loop.run_forever()
        made.close()
        loop.run_until_complete(made.wait_closed())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(5)
    yield f"http://127.0.0.1:{port}/x"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def test_every_request_is_counted_and_every_failure_told(server: str) -> None:
    """An answer of 500 is an answer, and a failure."""
    once = load.burst(server, 7)
    assert (7, []) == (len(once.seconds), once.failures)
    asked = load.ask(server, 2, 0.2)
    assert asked.failures[:1] == ["HTTP/1.1 500 Internal Server Error"]
    assert len(asked.failures) == pytest.approx(len(asked.seconds) / 2, abs=2)
    assert asked.seconds_each == pytest.approx(asked.lasted / len(asked.seconds))


def test_a_server_that_is_not_there_is_a_failure() -> None:
    """Not a figure."""
    asked = load.burst("http://127.0.0.1:9/x", 1)
    assert ([], 1) == (asked.seconds, len(asked.failures))
