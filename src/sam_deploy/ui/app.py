"""The routes of the dashboard, as docs/concepts/dashboard.md has them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import mimetypes
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request  # noqa: TC002 - beside the others of starlette
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.ui import answers, bodies, runlogs
from sam_deploy.ui.access import Access
from sam_deploy.ui.events import Events
from sam_deploy.ui.gate import Gate, TooLargeError
from sam_deploy.ui.jobs import Job, Jobs, UnknownJobError
from sam_deploy.ui.ports import Json, Source, Work, error_object
from sam_deploy.ui.pulse import Pace, Pulse
from sam_deploy.ui.readings import Reading
from sam_deploy.ui.stream import FullError, Stream

PAGE: Final = Path(__file__).with_name("page")
FRESH_SECONDS: Final = 2.0
SLOW_FRESH_SECONDS: Final = 10.0
THREADS: Final = 8
GATHER_SECONDS: Final = 0.15
"""Changes of a job that come within so long are told as one."""
HISTORY_SHOWN: Final = 50
HISTORY_MOST: Final = 500
PACKED_FROM_BYTES: Final = 2_000
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""Whatever this machine believes of them: a browser runs no script of another type."""
LOG: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Dashboard:
    """What the routes share. `app` is what is served."""

    access: Access
    source: Source
    work: Work
    project: Path
    read_only: bool = False
    pace: Pace = field(default_factory=Pace)
    page: Path = PAGE
    stream: Stream = field(default_factory=Stream)
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="reading")
    )
    jobs: Jobs = field(init=False)
    readings: dict[str, Reading] = field(init=False)
    _loop: asyncio.AbstractEventLoop | None = None
    _changed: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.work, self._job_changed)
        source = self.source
        self.readings = {
            "app": Reading(source.app, self.pool, FRESH_SECONDS),
            "status": Reading(source.status, self.pool, FRESH_SECONDS),
            "shifts": Reading(source.shifts, self.pool, FRESH_SECONDS),
            "artifacts": Reading(source.artifacts, self.pool, SLOW_FRESH_SECONDS),
        }

    def app(self) -> Gate:
        """Return the ASGI app, with everything that guards it."""
        for ending, kind in TYPES.items():
            mimetypes.add_type(kind, ending)
        routes = [
            Route("/", self._index),
            Mount("/page", StaticFiles(directory=self.page, check_dir=False)),
            *(Route(f"/api/{name}", self._reading(name)) for name in self.readings),
            Route("/api/artifacts/{name}", self._artifact),
            Route("/api/history", self._history),
            Route("/api/releases/{id}", self._release),
            Route("/api/diff", self._diff),
            Route("/api/runs", self._runs),
            Route("/api/runs/{run}", self._run),
            Route("/api/events", self._events),
            Route("/api/jobs", self._begin, methods=["POST"]),
            Route("/api/jobs/{id}", self._job),
            Route("/api/jobs/{id}/answer", self._answer, methods=["POST"]),
            Route("/api/jobs/{id}/stop", self._stop, methods=["POST"]),
        ]
        app = Starlette(
            routes=routes,
            lifespan=self._living,
            exception_handlers={
                SamDeployError: _told,
                UnknownJobError: _no_job,
                TooLargeError: _too_large,
                404: _nothing,
                405: _nothing,
                Exception: _bug,
            },
        )
        app.add_middleware(GZipMiddleware, minimum_size=PACKED_FROM_BYTES, compresslevel=1)
        return Gate(app, self.access)

    @contextlib.asynccontextmanager
    async def _living(self, app: Starlette) -> AsyncIterator[None]:
        del app
        self._loop = asyncio.get_running_loop()
        pulse = Pulse(
            self.stream,
            self.readings["status"],
            self.readings["shifts"],
            runlogs.Tail(self.project),
            self.pace,
        )
        pulse.begin()
        try:
            yield
        finally:
            await pulse.end()
            self._loop = None
            self.pool.shutdown(wait=False, cancel_futures=True)

    # what changes by itself

    def _job_changed(self, job: Job) -> None:
        """From any thread: listeners get to know of it in a moment."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(self._gather, loop, job)

    def _gather(self, loop: asyncio.AbstractEventLoop, job: Job) -> None:
        if not self._changed:
            loop.call_later(GATHER_SECONDS, self._tell)
        self._changed[job.id] = job
        if not job.is_open:
            self.readings["status"].outdate()
            self.readings["shifts"].outdate()

    def _tell(self) -> None:
        changed, self._changed = self._changed, {}
        for job in changed.values():
            self.stream.send("job", job.view())

    # readings

    def _reading(self, name: str) -> Callable[[Request], object]:
        reading = self.readings[name]

        async def answer(request: Request) -> Response:
            kept = await reading.get()
            return answers.conditional(request, kept.value, kept.tag)

        return answer

    async def _read(self, request: Request, read: Callable[[], Json]) -> Response:
        value = await asyncio.get_running_loop().run_in_executor(self.pool, read)
        return answers.conditional(request, value, answers.mark(value))

    async def _index(self, request: Request) -> Response:
        del request
        return FileResponse(self.page / "index.html", media_type="text/html; charset=utf-8")

    async def _history(self, request: Request) -> Response:
        given = request.query_params.get("limit", str(HISTORY_SHOWN))
        limit = min(HISTORY_MOST, max(1, int(given))) if given.isdecimal() else HISTORY_SHOWN
        environment = request.query_params.get("environment", "")
        return await self._read(request, functools.partial(self.source.history, environment, limit))

    async def _release(self, request: Request) -> Response:
        release = request.path_params["id"]
        return await self._known(request, functools.partial(self.source.release, release))

    async def _diff(self, request: Request) -> Response:
        old, new = (request.query_params.get(name, "") for name in ("from", "to"))
        return await self._known(request, functools.partial(self.source.diff, old, new))

    async def _artifact(self, request: Request) -> Response:
        name = request.path_params["name"]
        return await self._known(request, functools.partial(self.source.artifact, name))

    async def _known(self, request: Request, read: Callable[[], Json]) -> Response:
        """Answer with what is asked for by name; what there is none of is not found."""
        try:
            return await self._read(request, read)
        except RefusedError as error:
            return answers.failed(error, 404)

    async def _runs(self, request: Request) -> Response:
        return await self._read(request, functools.partial(runlogs.listing, self.project))

    async def _run(self, request: Request) -> Response:
        read = functools.partial(runlogs.read, self.project, request.path_params["run"])
        value = await asyncio.get_running_loop().run_in_executor(self.pool, read)
        if value is None:
            return answers.missing("There is no run of this name", "the newest 50 are kept")
        return answers.conditional(request, value, answers.mark(value))

    async def _events(self, request: Request) -> Response:
        try:
            told = self.stream.listen(request.headers.get("last-event-id", ""))
        except FullError:
            error = error_object("Too many tabs listen", hint="close some of them")
            return answers.answer({"error": error}, 503)
        return Events(told)

    # jobs

    async def _begin(self, request: Request) -> Response:
        if self.read_only:
            raise RefusedError(
                "This dashboard only shows",
                why="it was started with `--read-only`",
                state="nothing was changed",
                hint="start it without that option, or use the command line",
            )
        ask = bodies.job(await request.body())
        begin = functools.partial(self.jobs.begin, ask)
        job = await asyncio.get_running_loop().run_in_executor(self.pool, begin)
        return answers.answer(job.view(), 202)

    async def _job(self, request: Request) -> Response:
        view = self.jobs.find(request.path_params["id"]).view()
        return answers.conditional(request, view, answers.mark(view))

    async def _answer(self, request: Request) -> Response:
        job = self.jobs.find(request.path_params["id"])
        job.talk.take(*bodies.answer(await request.body()))
        return answers.answer(job.view(), 202)

    async def _stop(self, request: Request) -> Response:
        job = self.jobs.find(request.path_params["id"])
        await request.body()
        if job.is_open:
            job.talk.stop()
        return answers.answer(job.view(), 202)


def _told(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, SamDeployError)  # noqa: S101 - for the type checker
    return answers.failed(error)


def _no_job(request: Request, error: Exception) -> Response:
    del request, error
    return answers.missing("There is no such job", "it is older, or of another dashboard")


def _too_large(request: Request, error: Exception) -> Response:
    del request, error
    return answers.answer({"error": error_object("The request is too large")}, 413)


def _nothing(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    del request
    what = "There is nothing here" if status == 404 else "That cannot be done here"  # noqa: PLR2004
    return answers.answer({"error": error_object(what)}, status)


def _bug(request: Request, error: Exception) -> Response:
    LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    what = error_object("sam-deploy has a bug", type(error).__name__, hint="please report it")
    return answers.answer({"error": what}, 500)
