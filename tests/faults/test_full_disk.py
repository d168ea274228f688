"""A disk that takes no more, as the limit on the size of a file makes it."""

from __future__ import annotations

import resource
import uuid
from collections.abc import Callable

import pytest
from tests.faults import world
from tests.faults.place import DEPLOY, Place

pytestmark = pytest.mark.long


def file_limit(size_bytes: int) -> Callable[[], None]:
    """Return what lets a new process write no file beyond this size (EFBIG)."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


@pytest.mark.fault(39)
def test_a_full_disk_ends_a_deployment_before_it_writes_to_aws(faulty: Place) -> None:
    """Fault 39: exit 3 and no write; with space the same command completes."""
    never_seen = f"# {uuid.uuid4()}\n\n\ndef handler("
    with faulty.edited("functions/Hello/handler.py", "def handler(", never_seen):
        ran = faulty.run(*DEPLOY, before=file_limit(4096))
        assert 3 == ran.code, ran.err
        assert "Traceback" not in ran.err
        assert [] == faulty.proxy.writes()
        again = faulty.deploy()
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)
