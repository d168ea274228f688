"""A server that speaks the dashboard's contract about a world that tests make up.

What a real one cannot show at will: fifty functions in twenty regions, regions that are silent,
canaries in alarm, connections that break. Questions of promotions are asked as the real one does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from tests.browser import archives
from tests.browser.recordings import Json, progress
from tests.browser.script import Job
from tests.browser.world import World

PAGE = Path(__file__).parents[2] / "src" / "sam_deploy" / "ui" / "page"
HEADERS = {"content-security-policy": "default-src 'self'; form-action 'none'"}
LOCKED = {"what": "The dashboard does not know you", "why": "no cookie", "state": "", "hint": ""}


def whole(run: Json) -> Json:
    """Return a run with how far it is; here a line ends at its number."""
    return {**run, "progress": progress(run), "read_to": len(run["events"])}


class Stand:
    """The server, in a thread of its own. `world` and `locked` may be changed at any time."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.world = World()
        self.locked = False
        self.jobs: dict[str, Job] = {}
        self.asked: list[Json] = []
        self.hold_seconds = 0.0
        """So long every document is under way after it was read."""
        self.read: list[str] = []
        """The documents that were asked for."""
        self._begun = 0
        self._queues: set[asyncio.Queue[str | None]] = set()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.start()

    @property
    def listeners(self) -> int:
        """Return how many pages listen."""
        return len(self._queues)

    @property
    def url(self) -> str:
        """Return where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """The server answers."""
        config = uvicorn.Config(
            self._app(), host="127.0.0.1", port=self.port, log_level="error", ws="none"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        """Nothing answers at the port any more."""
        self._server.should_exit = True
        # a page may come again before the server has seen that, and would be waited for
        while self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._each(None)
            self._thread.join(0.05)
        self._queues.clear()

    def reset(self, world: World) -> None:
        """Begin again with another world."""
        self.world, self.locked, self.jobs, self.asked = world, False, {}, []
        self.hold_seconds, self.read = 0.0, []

    def send(self, event: str, data: Json) -> None:
        """Every page that listens gets the event. From any thread."""
        self._each(f"event: {event}\ndata: {json.dumps(data)}\n\n")

    def line(self, run: Json, event: Json, told: Json | None = None) -> None:
        """The log of a run has one more line, and every page that listens gets it."""
        run["events"].append(event)
        self.told(run, len(run["events"]), told)

    def told(self, run: Json, at: int, told: Json | None = None) -> None:
        """Every page that listens gets a line of a log."""
        event = run["events"][at - 1]
        line = {"run": run["run"], "event": event, "progress": told or progress(run), "at": at}
        self.send("run", line)

    def _each(self, wire: str | None) -> None:
        for queue in list(self._queues):
            self._loop.call_soon_threadsafe(queue.put_nowait, wire)

    def _app(self) -> Starlette:
        routes = [
            Route("/", self._index),
            Mount("/page", StaticFiles(directory=PAGE)),
            Route("/api/events", self._events),
            Route("/api/jobs", self._begin, methods=["POST"]),
            Route("/api/jobs/{id}", self._job),
            Route("/api/jobs/{id}/answer", self._answer, methods=["POST"]),
            Route("/api/jobs/{id}/stop", self._stop_job, methods=["POST"]),
            Route("/api/{rest:path}", self._read),
        ]
        return Starlette(routes=routes)

    async def _index(self, request: Request) -> Response:
        del request
        self._loop = asyncio.get_running_loop()
        return FileResponse(PAGE / "index.html", headers=HEADERS)

    async def _read(self, request: Request) -> Response:
        if self.locked:
            return JSONResponse({"error": LOCKED}, 401)
        found = self._document(request.path_params["rest"].split("/"), request)
        wire = json.dumps(found).encode()
        self.read.append(request.path_params["rest"])
        await asyncio.sleep(self.hold_seconds)
        if found is None:
            what = {"what": "There is nothing of this name", "why": "", "state": "", "hint": ""}
            return JSONResponse({"error": what}, 404)
        return Response(wire, media_type="application/json")

    def _document(self, path: list[str], request: Request) -> Json | None:
        world, query = self.world, request.query_params
        match path:
            case ["app"]:
                return world.app()
            case ["status"]:
                return world.status()
            case ["history"]:
                return world.history()
            case ["releases", name]:
                return next((each for each in world.releases if each["id"] == name), None)
            case ["diff"]:
                return world.diff(query.get("from", ""), query.get("to", ""))
            case ["artifacts"]:
                return archives.listing(world.now, built=world.deployed)
            case ["artifacts", name]:
                return archives.tree(name)
            case ["shifts"]:
                return world.shifts()
            case ["runs"]:
                return {"runs": [{**each, "events": None} for each in reversed(world.runs)]}
            case ["runs", name]:
                found = (each for each in world.runs if each["run"] == name)
                return next((whole(each) for each in found), None)
        return None

    async def _events(self, request: Request) -> Response:
        del request
        if self.locked:
            return JSONResponse({"error": LOCKED}, 401)
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._queues.add(queue)

        async def told() -> AsyncIterator[str]:
            try:
                yield "retry: 200\n\n"
                while (wire := await queue.get()) is not None:
                    yield wire
            finally:
                self._queues.discard(queue)

        return StreamingResponse(told(), media_type="text/event-stream")

    async def _begin(self, request: Request) -> Response:
        body: Json = await request.json()
        self.asked.append(body)
        if any(job.is_open for job in self.jobs.values()):
            error = {"what": "Another job is under way", "why": "", "state": "", "hint": ""}
            return JSONResponse({"error": error}, 409)
        self._begun += 1
        job = Job(f"job{self._begun}", body, self.world, lambda view: self.send("job", view))
        self.jobs[job.id] = job
        job.begin()
        return JSONResponse(job.view(), 202)

    async def _job(self, request: Request) -> Response:
        job = self.jobs.get(request.path_params["id"])
        if job is None:
            return JSONResponse({"error": {"what": "There is no such job"}}, 404)
        return JSONResponse(job.view())

    async def _answer(self, request: Request) -> Response:
        job, body = self.jobs[request.path_params["id"]], await request.json()
        job.answer(body["answer"])
        return JSONResponse(job.view(), 202)

    async def _stop_job(self, request: Request) -> Response:
        job: Any = self.jobs[request.path_params["id"]]
        job.stop()
        return JSONResponse(job.view(), 202)
