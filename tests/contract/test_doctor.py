"""What `doctor` finds over real connections: a wrong clock, SES, locks, and no network at all."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sam_deploy import local
from sam_deploy.aws import Aws, Endpoint, Record, Records
from sam_deploy.cli.doctor import account, cloud, shared
from sam_deploy.cli.doctor.finding import Finding
from sam_deploy.config.model import Promotion
from sam_deploy.config.settings import Settings
from sam_deploy.deploy import journal, lock
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.owner import Owner

REGION = "eu-west-1"
IDENTITY = """<GetCallerIdentityResponse><GetCallerIdentityResult>
<Account>111111111111</Account><Arn>arn:aws:iam::111111111111:user/me</Arn>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
DENIED = """<ErrorResponse><Error><Code>{code}</Code><Message>said by AWS</Message></Error>
</ErrorResponse>"""
Answer = Callable[[str, str], tuple[int, str]]
"""(path, Authorization) -> status and body."""


class _Server:
    """Answers like AWS, with a clock that may be wrong: AWS's own cannot be set."""

    def __init__(self, answer: Answer, ahead_seconds: float = 0.0) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.requests += 1
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = answer(self.path, self.headers.get("Authorization", ""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST  # noqa: N815 - the names that the class looks for

            def date_time_string(self, timestamp: float | None = None) -> str:
                del timestamp
                return formatdate(time.time() - ahead_seconds, usegmt=True)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.requests = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.aws = Aws(
            Endpoint("aws", f"http://127.0.0.1:{self.server.server_port}", "", "key", "secret")
        )


@pytest.fixture
def serve() -> Iterator[Callable[..., _Server]]:
    """Starts servers, and ends them."""
    started: list[_Server] = []

    def start(answer: Answer, ahead_seconds: float = 0.0) -> _Server:
        server = _Server(answer, ahead_seconds)
        threading.Thread(target=server.server.serve_forever, daemon=True).start()
        started.append(server)
        return server

    yield start
    for each in started:
        each.server.shutdown()
        each.server.server_close()


def known(_path: str, _authorization: str) -> tuple[int, str]:
    return 200, IDENTITY


def found_of(findings: Iterator[Finding], name: str) -> list[Finding]:
    return [each for each in findings if each.name.startswith(name)]


@pytest.mark.parametrize(
    ("ahead", "state", "words"),
    [
        (0.0, "ok", "of AWS"),
        (120.0, "warning", "ahead of AWS"),
        (900.0, "problem", "ahead of AWS"),
        (-900.0, "problem", "behind AWS"),
    ],
)
def test_a_wrong_clock_is_measured_by_the_date_of_an_answer(
    serve: Callable[..., _Server], ahead: float, state: str, words: str
) -> None:
    """The `Date` of a real answer against the clock of this computer."""
    server = serve(known, ahead)
    (found,) = found_of(account.account(server.aws, [REGION], Settings()), "clock")
    assert state == found.state
    assert words in found.said
    assert state != "problem" or "timedatectl" in found.advice


def test_a_refusal_tells_the_clock_as_well(serve: Callable[..., _Server]) -> None:
    """A clock that is off is why AWS refuses: it must be found then of all times."""
    refused = DENIED.format(code="SignatureDoesNotMatch")
    server = serve(lambda *_: (403, refused), -3600.0)
    found = list(account.account(server.aws, [REGION], Settings()))
    assert ["problem"] == [each.state for each in found if each.name == "clock"]


def test_a_region_that_is_off_is_told_apart_from_bad_credentials(
    serve: Callable[..., _Server],
) -> None:
    """Another region takes the same credentials."""

    def answer(_path: str, authorization: str) -> tuple[int, str]:
        there = "/eu-south-2/" in authorization
        return (403, DENIED.format(code="InvalidClientTokenId")) if there else (200, IDENTITY)

    server = serve(answer)
    found = list(account.account(server.aws, [REGION, "eu-south-2"], Settings()))
    (off,) = [each for each in found if each.name == "region eu-south-2"]
    assert "problem" == off.state
    assert "aws account enable-region --region-name eu-south-2" in off.advice


def test_another_account_than_that_of_the_settings_is_found(
    serve: Callable[..., _Server],
) -> None:
    """By asking whose the credentials are."""
    found = list(account.account(serve(known).aws, [REGION], Settings(account_id="2" * 12)))
    assert ["problem"] == [each.state for each in found if each.name == "account"]


def test_without_a_network_it_is_told_at_once() -> None:
    """One try for each region: the SDK's ten would take minutes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    aws = Aws(Endpoint("aws", f"http://127.0.0.1:{port}", "", "key", "secret"))
    found = list(account.account(aws, [REGION, "us-east-1"], Settings()))
    assert [f"region {REGION}", "region us-east-1"] == [
        each.name for each in found if each.state == "problem"
    ]


def test_a_region_is_asked_only_once(serve: Callable[..., _Server]) -> None:
    """Also when it fails in a way that the SDK would repeat."""
    server = serve(lambda *_: (503, DENIED.format(code="ServiceUnavailable")))
    found = list(account.account(server.aws, [REGION], Settings()))
    assert "problem" in [each.state for each in found]
    assert 1 == server.requests


PROMOTION = Promotion(recipients=["a@example.com"], sender="ops@example.com")


def ses(*, production: bool = True, enabled: bool = True, verified: str = "") -> Answer:
    def answer(path: str, _authorization: str) -> tuple[int, str]:
        if path.endswith("/account"):
            body = {"ProductionAccessEnabled": production, "SendingEnabled": enabled}
            return 200, json.dumps(body)
        if verified and path.endswith(verified.replace("@", "%40")):
            return 200, json.dumps({"VerifiedForSendingStatus": True})
        return 404, json.dumps({"__type": "NotFoundException", "message": "no"})

    return answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ses(verified="ops@example.com"), [("ok", "sends codes from ops@example.com")]),
        (ses(verified="example.com"), [("ok", "sends codes from ops@example.com")]),
        (ses(), [("problem", "ops@example.com is not verified by SES in eu-west-1")]),
        (
            ses(production=False, verified="ops@example.com"),
            [("warning", "is in its sandbox")],
        ),
        (
            ses(enabled=False, verified="ops@example.com"),
            [("problem", "AWS has paused sending in eu-west-1")],
        ),
        (lambda *_: (403, '{"__type": "AccessDeniedException"}'), [("warning", "be asked")]),
    ],
)
def test_codes_that_could_not_be_sent_are_told_before_a_promotion(
    serve: Callable[..., _Server], answer: Answer, expected: list[tuple[str, str]]
) -> None:
    """The sender's address or its domain verified, and out of the sandbox."""
    found = list(shared.mail(serve(answer).aws, REGION, PROMOTION))
    assert [state for state, _ in expected] == [each.state for each in found]
    for each, (_, words) in zip(found, expected, strict=True):
        assert words in each.said


def test_without_promotions_no_mail_is_looked_for() -> None:
    """Nor where a broker sends them."""
    aws = Aws(Endpoint("aws", "http://127.0.0.1:9", "", "key", "secret"))
    assert [] == list(shared.mail(aws, REGION, None))


@pytest.fixture
def records(cloud: local.RunningCloud) -> Records:
    """An artifact bucket in the embedded cloud."""
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    bucket = f"doctor-{time.time_ns()}"
    aws.client("s3", "us-east-1").create_bucket(Bucket=bucket)
    return Records(aws, "us-east-1", bucket, "000000000000")


class _Later(Records):
    """The same documents when 8000 seconds have passed."""

    def read(self, key: str) -> Record | None:
        found = super().read(key)
        return found and replace(found, age_seconds=8_000.0)


def test_a_lock_that_is_left_over_is_told_with_what_ends_it(
    records: Records, cloud: local.RunningCloud
) -> None:
    """Nobody's, one that lives, one that has been silent for long."""
    assert ["ok"] == [each.state for each in shared.held(records, "shop")]
    owner = Owner("0123456789ab", "deploy", "me", "laptop", "m", 1, 0.0, "2026-11-29T10:00:00Z")
    written = lock.Held(owner, 1_000.0).written()
    records.write(lock.key_of("shop"), written)
    # by S3's clock, whatever the two computers' say
    (living,) = shared.held(records, "shop", now=9_000.0)
    assert ("warning", True) == (living.state, "is at work" in living.said)
    aws = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    later = _Later(aws, records.region, records.bucket, "000000000000")
    (silent,) = shared.held(later, "shop", now=1_010.0)
    assert ("warning", True) == (silent.state, "no sign of life for 8000 s" in silent.said)
    assert "`sam-deploy unlock 0123456789ab`" in silent.advice


@pytest.mark.parametrize(
    ("kind", "name", "advice"),
    [
        ("deploy", "shop", "`sam-deploy resume` goes on with it"),
        ("promote", "shop.release", "`sam-deploy resume` goes on with it"),
        ("destroy", "shop", "run `sam-deploy destroy` again: it goes on"),
    ],
)
def test_what_was_not_finished_is_a_problem_of_code_7(
    records: Records, kind: str, name: str, advice: str
) -> None:
    """Deployments and promotions have journals of their own; a finished one is well."""
    assert ["ok"] == [each.state for each in shared.unfinished(records, "shop")]
    entry = Entry(id="1", kind=kind, state="open", who="me")  # type: ignore[arg-type] # one of them
    records.write(journal.key_of(name), entry.written())
    (found,) = shared.unfinished(records, "shop")
    assert ("problem", 7, advice) == (found.state, found.exit_code, found.advice)
    records.write(journal.key_of(name), Entry(id="1", state="done").written())
    assert ["ok"] == [each.state for each in shared.unfinished(records, "shop")]


def test_a_bucket_that_is_not_ours_is_a_problem(
    records: Records, serve: Callable[..., _Server]
) -> None:
    """One that is not there yet is none."""
    assert ["ok"] == [each.state for each in shared.bucket(records)]
    denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    foreign = Records(serve(lambda *_: (403, denied)).aws, REGION, "taken", "1" * 12)
    (found,) = shared.bucket(foreign)
    assert ("problem", 5) == (found.state, found.exit_code)


def test_a_port_that_is_held_names_who_holds_it() -> None:
    """The next one is taken then, and addresses change."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        wanted = busy.getsockname()[1]
        (found,) = cloud.port(wanted)
        assert "warning" == found.state
        assert re.match(rf"{wanted} is held by .+ \(pid \d+\)", found.said)
    assert ["ok"] == [each.state for each in cloud.port(wanted)]
