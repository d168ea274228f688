"""The gateway as a server on a real port, in front of what `setting.py` deploys."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from typing import cast

import pytest
import uvicorn
from tests.conformance import asking, setting

from sam_deploy.local.gateway import app
from sam_deploy.local.gateway.upstream import Upstream


@pytest.fixture(scope="session")
def gateway() -> Iterator[asking.Gateway]:
    """One gateway for all cases: they share it as clients of an API do."""
    cloud = setting.deploy()
    lines: list[str] = []
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    # A Cloud has the methods of an Upstream, all that the gateway uses of it.
    application = app.serving(cast("Upstream", cloud), cloud, lines.append, near="eu-west-1")
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=600,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    connection = http.client.HTTPConnection(*listening.getsockname(), timeout=10)
    yield asking.Gateway(connection, cloud, lines)
    connection.close()
    server.should_exit = True
    thread.join(10)
