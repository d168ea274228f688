"""Server-sent events: who is away gets what was missed, who is slow is let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from sam_deploy.ui import stream as streams
from sam_deploy.ui.events import Events
from sam_deploy.ui.stream import FullError, Stream


async def next_of(told: AsyncGenerator[bytes, None]) -> str:
    """Return what comes next."""
    return (await asyncio.wait_for(anext(told), 5)).decode()


async def begun(stream: Stream, last: str = "") -> AsyncGenerator[bytes, None]:
    """Return what a listener gets after the line about reconnecting."""
    told = stream.listen(last)
    assert "retry" in await next_of(told)
    return told


def test_an_event_is_written_as_the_standard_has_it() -> None:
    """Its number, its name, its data in one line, and an empty line."""

    async def main() -> None:
        stream = Stream(boot="b")
        told = await begun(stream)
        stream.send("run", {"text": "a\nb"})
        assert 'id: b-1\nevent: run\ndata: {"text":"a\\nb"}\n\n' == await next_of(told)

    asyncio.run(main())


def test_a_new_tab_gets_the_newest_state_and_no_old_lines() -> None:
    """One of each kind."""

    async def main() -> None:
        stream = Stream(boot="b")
        for each in (1, 2):
            stream.send("status", {"n": each})
            stream.send("run", {"n": each})
        told = await begun(stream)
        stream.send("job", {"n": 9})
        assert '{"n":2}' in await next_of(told)
        assert "event: job" in await next_of(told)

    asyncio.run(main())


def test_who_comes_back_gets_what_was_missed_in_order() -> None:
    """Lines since the last one, and the newest state when it is newer."""

    async def main() -> None:
        stream = Stream(boot="b")
        for each in range(4):
            stream.send("run", {"n": each})
        stream.send("status", {"n": 4})
        told = await begun(stream, "b-2")
        came = [await next_of(told) for _ in range(3)]
        assert ["b-3", "b-4", "b-5"] == [each.split("\n")[0][4:] for each in came]

    asyncio.run(main())


@pytest.mark.parametrize("last", ["other-1", "b-x", "nonsense", "b-1"])
def test_a_gap_is_told(last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of another process, or more than are kept."""
    monkeypatch.setattr(streams, "KEPT_LINES", 2)

    async def main() -> None:
        stream = Stream(boot="b")
        for each in range(6):
            stream.send("run", {"n": each})
        told = await begun(stream, last)
        assert "event: gap" in await next_of(told)

    asyncio.run(main())


def test_a_slow_tab_is_let_go_and_others_stay() -> None:
    """Its queue is bounded; its stream ends."""

    async def main() -> None:
        stream = Stream()
        slow, quick = await begun(stream), await begun(stream)
        for _ in range(streams.QUEUE_MOST + 1):
            stream.send("run", {})
            await next_of(quick)
        assert stream.listened_to
        left = [each async for each in slow]
        assert len(left) <= streams.QUEUE_MOST
        stream.send("run", {"still": True})
        assert "still" in await next_of(quick)

    asyncio.run(main())


def test_how_far_a_run_was_is_no_news_later() -> None:
    """Who comes then has read it; who listens gets it."""

    async def main() -> None:
        stream = Stream()
        told = await begun(stream)
        stream.send("progress", {"n": 1})
        assert '{"n":1}' in await next_of(told)
        late = await begun(stream)
        stream.send("job", {"n": 2})
        assert "event: job" in await next_of(late)

    asyncio.run(main())


def test_a_heartbeat_keeps_the_connection() -> None:
    """A comment, which no page sees."""

    async def main() -> None:
        told = await begun(Stream(heartbeat_seconds=0.01))
        assert (await next_of(told)).startswith(":")

    asyncio.run(main())


def test_there_are_not_more_listeners_than_that() -> None:
    """One that goes away makes room, and one that never began takes none."""

    async def main() -> None:
        stream = Stream()
        every = [await begun(stream) for _ in range(streams.LISTENERS_MOST)]
        with pytest.raises(FullError):
            stream.listen()
        await every[0].aclose()
        stream.listen()
        await begun(stream)

    asyncio.run(main())


def test_the_end_of_the_server_ends_every_stream() -> None:
    """At once."""

    async def main() -> None:
        stream = Stream()
        told = await begun(stream)
        waiting = asyncio.ensure_future(anext(told))
        await asyncio.sleep(0)
        stream.close()
        await asyncio.wait([waiting], timeout=5)
        assert [] == [each async for each in told]

    asyncio.run(main())


def test_a_tab_that_goes_away_is_noticed_at_once() -> None:
    """Also while there is nothing to send."""

    async def main() -> None:
        stream, gone, sent = Stream(), asyncio.Event(), []

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        answering = asyncio.ensure_future(Events(stream.listen())({}, receive, send))
        await stream.came.wait()
        gone.set()
        await asyncio.wait_for(answering, 5)
        assert not stream.listened_to
        assert "http.response.start" == sent[0]

    asyncio.run(main())


def test_a_stream_that_ends_is_whole() -> None:
    """The browser comes again by itself."""

    async def main() -> None:
        stream, sent = Stream(), []

        async def receive() -> dict[str, str]:
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Any) -> None:
            sent.append(message)

        answering = asyncio.ensure_future(Events(stream.listen())({}, receive, send))
        await stream.came.wait()
        stream.close()
        await asyncio.wait_for(answering, 5)
        assert not sent[-1]["more_body"]

    asyncio.run(main())
