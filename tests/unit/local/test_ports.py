"""Loopback ports."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from sam_deploy.errors import RefusedError
from sam_deploy.local import ports


@pytest.fixture
def held() -> Iterator[int]:
    """A port that this process listens on."""
    with closing(ports.listen(ports.any_free())) as holder:
        yield holder.getsockname()[1]


def test_a_taken_port_is_passed_over(held: int) -> None:
    """`listen_from` takes the first free port from the one that is wanted."""
    with closing(ports.listen_from(held)) as found:
        assert held < found.getsockname()[1] < held + 200


def test_a_free_port_is_taken_as_it_is() -> None:
    """Nothing is skipped without a reason, and only loopback listens."""
    port = ports.any_free()
    with closing(ports.listen_from(port)) as found:
        assert ("127.0.0.1", port) == found.getsockname()


@pytest.mark.fault(59)
def test_a_port_that_must_be_and_is_taken_is_refused(held: int) -> None:
    """The refusal names the holder and the next free port."""
    with pytest.raises(RefusedError) as refused:
        ports.listen_exactly(held)
    assert f"Port {held} is not free for the gateway" == refused.value.what
    assert f"(pid {os.getpid()})" in refused.value.why
    assert refused.value.hint.startswith("port ")


def test_a_port_that_is_held_on_ipv6_is_taken() -> None:
    """Browsers try ::1 first for `localhost`, and would reach the other program."""
    try:
        holder = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with closing(holder), pytest.raises(OSError, match="in use"):
        ports.listen(holder.getsockname()[1])


def test_nobody_listens_on_a_free_port() -> None:
    """An unknown holder is an empty answer."""
    assert "" == ports.who_listens(ports.any_free())
