"""Places to deploy to, each with an emulator of its own and a proxy in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.faults import emulator, place
from tests.faults.emulator import Emulator
from tests.faults.place import Place
from tests.faults.promoting import Stage, staged
from tests.faults.proxy import Proxy


@pytest.fixture(scope="module")
def own_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator for the tests of one module, without the gateway."""
    started = emulator.start(tmp_path_factory.mktemp("emulator"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def shared_place(
    own_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """The module's project in two regions; use `faulty`, which is fresh for each test."""
    proxy = Proxy(own_emulator.url)
    folder = place.tiny(tmp_path_factory.mktemp("faults") / "tiny")
    yield Place(folder, own_emulator, proxy)
    proxy.close()


@pytest.fixture
def faulty(shared_place: Place) -> Place:
    """The project in two regions, an empty cloud, and a proxy without rules."""
    shared_place.fresh()
    return shared_place


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The module's stage; use `stage`, which is as it was built for each test."""
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def stage(built: Stage) -> Stage:
    """A small app in two regions, prod a version behind, and nothing on record."""
    built.rewind()
    return built
