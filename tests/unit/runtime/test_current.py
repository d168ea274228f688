from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from sam_deploy_runtime import (
    EnvironmentUnknownError,
    environment,
    in_environment,
    per_environment,
)
from sam_deploy_runtime.current import Unknown


def test_asking_outside_a_call_explains_itself() -> None:
    """At import time there is no environment, and the error says what to do instead."""
    with pytest.raises(EnvironmentUnknownError, match=r"import time.*ask inside the handler"):
        environment()


def test_the_environment_ends_with_the_block() -> None:
    """Nested and finished blocks leave the environment as they found it."""
    with in_environment("prod"):
        with in_environment("dev"):
            assert "dev" == environment()
        assert "prod" == environment()
    with pytest.raises(EnvironmentUnknownError):
        environment()


def test_a_call_without_an_environment_says_why() -> None:
    """The reason found by the shim is the reason in the error."""
    with in_environment(Unknown("nobody said")), pytest.raises(EnvironmentUnknownError) as raised:
        environment()

    assert "The environment is unknown: nobody said." == str(raised.value)


def test_a_new_thread_knows_no_environment_unless_it_copies_the_context() -> None:
    """Threads never inherit an environment by accident, and get it by `copy_context`."""
    seen: list[str] = []

    def ask() -> None:
        try:
            seen.append(environment())
        except EnvironmentUnknownError:
            seen.append("unknown")

    with in_environment("staging"):
        context = contextvars.copy_context()
        for target in (ask, lambda: context.run(ask)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()

    assert ["unknown", "staging"] == seen


def test_threads_in_different_environments_do_not_see_each_other() -> None:
    """Two calls at the same time in one process each keep their own environment."""
    barrier = threading.Barrier(2)
    seen: dict[str, str] = {}

    def call(name: str) -> None:
        with in_environment(name):
            barrier.wait(timeout=5)
            seen[name] = environment()
            barrier.wait(timeout=5)

    threads = [threading.Thread(target=call, args=(name,)) for name in ("dev", "prod")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {"dev": "dev", "prod": "prod"} == seen


def test_a_factory_runs_once_per_environment() -> None:
    """`@per_environment` keeps one result for each environment and never mixes them."""
    made: list[str] = []

    @per_environment
    def client() -> str:
        made.append(environment())
        return f"client of {environment()}"

    seen = []
    for name in ("dev", "prod", "dev", "prod"):
        with in_environment(name):
            seen.append(client())

    assert ["client of dev", "client of prod"] * 2 == seen
    assert ["dev", "prod"] == made


def test_a_factory_that_failed_is_tried_again() -> None:
    """A failure is not remembered as the environment's result."""
    answers = iter([ConnectionError("not yet"), None])

    @per_environment
    def client() -> str:
        problem = next(answers)
        if problem is not None:
            raise problem
        return "connected"

    with in_environment("dev"):
        with pytest.raises(ConnectionError):
            client()
        assert "connected" == client()


def test_a_factory_cannot_be_used_at_import_time() -> None:
    """`@per_environment` may decorate at import time, but not be called then."""

    @per_environment
    def client() -> str:
        return "made"

    with pytest.raises(EnvironmentUnknownError):
        client()


def test_a_slow_factory_holds_up_its_own_environment_only() -> None:
    """While prod's client is being made, dev's can be."""
    begun, may_end = threading.Event(), threading.Event()

    @per_environment
    def client() -> str:
        if environment() == "prod":
            begun.set()
            assert may_end.wait(timeout=5)
        return environment()

    def call() -> None:
        with in_environment("prod"):
            client()

    thread = threading.Thread(target=call)
    thread.start()
    assert begun.wait(timeout=5)
    with in_environment("dev"):
        assert "dev" == client()
    may_end.set()
    thread.join()


def test_an_async_factory_is_refused() -> None:
    """A coroutine could be awaited only once, and the second call would fail."""

    async def client() -> None: ...

    with pytest.raises(TypeError, match=r"'client'.*awaited only once"):
        per_environment(client)


def test_async_code_of_a_call_is_in_its_environment() -> None:
    """Tasks and `asyncio.to_thread` carry the environment along, each their own."""

    async def ask() -> list[str]:
        return [environment(), await asyncio.to_thread(environment)]

    async def both() -> list[list[str]]:
        tasks = []
        for name in ("dev", "prod"):
            with in_environment(name):
                tasks.append(asyncio.create_task(ask()))
        return [await task for task in tasks]

    assert [["dev", "dev"], ["prod", "prod"]] == asyncio.run(both())
