"""Integrations with an HTTP endpoint: here a server of the test's own, on this computer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.conformance.asking import Gateway
from tests.conformance.cloud import http_api, rest_api

HTTP = "/eu-west-1/forward/$default"
REST = "/eu-west-1/restforward/prod"
GZIPPED = bytes.fromhex("1f8b08000000000002ff4b040043beb7e801000000")


class Backend(BaseHTTPRequestHandler):
    """Tells what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the request, or as its path says."""
        size = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(size).decode()
        seen = {"method": self.command, "path": self.path, "body": body, **dict(self.headers)}
        if self.path.startswith("/base/gone"):
            self.send_response(404)
            self.send_header("set-cookie", "a=1")
            self.send_header("set-cookie", "b=2")
            self.send_header("www-authenticate", "Basic")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        packed = self.path.startswith("/base/packed")
        data = GZIPPED if packed else json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("content-type", "text/plain" if packed else "application/json")
        if packed:
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_GET  # noqa: N815 - their names there

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture(scope="module", autouse=True)
def backend(gateway: Gateway) -> Iterator[None]:
    """The endpoint, and APIs that lead to it, to nowhere, and to one that is too slow."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    base = f"http://127.0.0.1:{server.server_address[1]}/base"

    def leads(uri: str, method: str = "ANY") -> dict[str, str]:
        return {"integrationType": "HTTP_PROXY", "uri": uri, "integrationMethod": method}

    http_api(
        gateway.cloud,
        "forward",
        {
            "ANY /all/{proxy+}": leads(f"{base}/{{proxy}}"),
            "GET /one/{id}": leads(f"{base}/${{stageVariables.where}}?own=1"),
            "GET /post": leads(f"{base}/posted", "POST"),
            "GET /down": leads("http://127.0.0.1:9/"),
            "GET /odd": leads("http://[no address/"),
            "GET /undefined": leads(f"{base}/${{stageVariables.nothing}}"),
        },
        stages=({"stageName": "$default", "stageVariables": {"where": "there"}},),
    )
    rest = {"type": "HTTP_PROXY", "httpMethod": "ANY"}
    rest_api(
        gateway.cloud,
        "restforward",
        {
            "ANY /all/{proxy+}": {**rest, "uri": f"{base}/{{proxy}}"},
            "GET /down": {**rest, "uri": "http://127.0.0.1:9/"},
        },
    )
    yield
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize("base", [HTTP, REST])
def test_a_request_goes_on_as_it_came(gateway: Gateway, base: str) -> None:
    """Source: http-api-develop-integrations-http.html: method, query, headers, body, `{proxy}`."""
    answer = gateway.ask(
        f"{base}/all/a/b%20c?d=e&d=f",
        "PUT",
        (("x-own", "1"), ("content-type", "text/plain")),
        b"hi",
    )
    seen = answer.json()
    assert ("PUT", "/base/a/b%20c?d=e&d=f", "hi", "1") == (
        seen["method"],
        seen["path"],
        seen["body"],
        seen["x-own"],
    )
    assert seen["forwarded"].startswith("for=127.0.0.1;host=")


def test_an_integration_has_a_method_and_stage_variables(gateway: Gateway) -> None:
    """Source: http-api-stages.stage-variables.html; IntegrationMethod of CreateIntegration."""
    assert "/base/there?own=1&a=b" == gateway.ask(f"{HTTP}/one/7?a=b").json()["path"]
    assert "POST" == gateway.ask(f"{HTTP}/post").json()["method"]


def test_an_answer_comes_back_as_it_is(gateway: Gateway) -> None:
    """Its status, its cookies one by one, its compressed body; REST APIs rename headers."""
    gone = gateway.ask(f"{HTTP}/all/gone")
    assert (404, ["a=1", "b=2"], "Basic") == (
        gone.status,
        gone.all("set-cookie"),
        gone.header("www-authenticate"),
    )
    packed = gateway.ask(f"{HTTP}/all/packed")
    assert ("gzip", GZIPPED) == (packed.header("content-encoding"), packed.body)
    renamed = gateway.ask(f"{REST}/all/gone")
    assert "Basic" == renamed.header("x-amzn-remapped-www-authenticate")


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        (f"{HTTP}/down", 503, "Service Unavailable"),
        (f"{HTTP}/odd", 503, "Service Unavailable"),
        (f"{HTTP}/undefined", 500, "Internal Server Error"),
        (f"{REST}/down", 504, "Internal server error"),
    ],
)
def test_an_endpoint_that_is_not_there_is_an_error(
    gateway: Gateway, target: str, status: int, message: str
) -> None:
    """In the words of each kind of API (supported-gateway-response-types.html)."""
    answer = gateway.ask(target)
    assert (status, {"message": message}) == (answer.status, answer.json())
