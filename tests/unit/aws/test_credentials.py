"""Credentials that expire while a command runs: newer ones are used once, where there are any."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from tests.unit.aws.answering import Answer

from sam_deploy.aws import Aws, AwsCallError, DeniedError, Endpoint, ExpiredError, Objects
from sam_deploy.aws.errors import calling
from sam_deploy.errors import UnreachableError

REGION = "eu-west-1"
WHO = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ann</Arn>"
    "<UserId>ANN</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
    "</GetCallerIdentityResponse>"
)
REFUSAL = "<ErrorResponse><Error><Code>{}</Code><Message>as asked</Message></Error></ErrorResponse>"


class _Account:
    """AWS as the SDK meets it, before anything is sent; keys expire when a test says so."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.expired: set[str] = set()
        self.code = "ExpiredToken"
        self.used: list[str] = []
        self.before: Callable[[], None] = lambda: None
        self.write("FIRST")
        self.aws = Aws(Endpoint("aws", "http://127.0.0.1:9", profile="team"))
        events = self.aws.client("sts", REGION).meta.events
        events.register("before-send.sts", self._answer)
        self.heads: list[str] = []
        self.wrong = False
        """Whether S3 refuses a HEAD for another reason."""
        events = self.aws.client("s3", REGION).meta.events
        events.register("before-send.s3", self._answer_head)

    def write(self, key: str) -> None:
        """Another tool has put keys into the file."""
        self.file.write_text(
            f"[team]\naws_access_key_id = {key}\naws_secret_access_key = x\n", encoding="utf-8"
        )

    def _answer_head(self, request: Any, **_: object) -> AWSResponse:
        key = _key_of(request)
        self.heads.append(f"{key} {request.url.rpartition('/')[2]}")
        refused = key in self.expired or self.wrong
        return Answer(400 if refused else 200, headers={"Content-Length": "7"}).of(request.url)

    def _answer(self, request: Any, **_: object) -> AWSResponse:
        key = _key_of(request)
        self.used.append(key)
        self.before()
        refused = key in self.expired
        body = REFUSAL.format(self.code) if refused else WHO
        return Answer(403 if refused else 200, body, {"content-type": "text/xml"}).of(request.url)


def _key_of(request: Any) -> str:
    signed: str = request.headers["Authorization"].decode()
    return signed.partition("Credential=")[2].partition("/")[0]


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Account:
    """The profile `team`, whose keys are in a file."""
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    return _Account(file)


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
@pytest.mark.fault(28)
def test_newer_keys_are_used_and_the_call_is_not_lost(account: _Account, code: str) -> None:
    """R220, Fault 28: another tool has written newer keys: the same call is made with them."""
    account.expired, account.code = {"FIRST"}, code
    account.write("SECOND")
    assert "123456789012" == account.aws.account(REGION)
    assert ["FIRST", "SECOND"] == account.used


@pytest.mark.fault(28)
def test_without_newer_keys_it_is_an_error(account: _Account) -> None:
    """R224, Fault 28: exit code 8 and how to renew them; asked once more, and not again."""
    account.expired = {"FIRST"}
    with pytest.raises(ExpiredError) as raised:
        account.aws.account(REGION)
    assert (8, True) == (raised.value.exit_code, "aws sso login" in raised.value.hint)
    assert "ExpiredToken: as asked" == raised.value.why
    assert ["FIRST"] * 2 == account.used


def test_newer_keys_are_tried_once(account: _Account) -> None:
    """When they are expired, too, nobody goes round in circles."""
    account.expired = {"FIRST", "SECOND"}
    account.write("SECOND")
    with pytest.raises(ExpiredError):
        account.aws.account(REGION)
    assert ["FIRST", "SECOND"] == account.used


def test_keys_are_renewed_as_often_as_they_expire(account: _Account) -> None:
    """A command may run longer than two sessions."""
    account.expired = {"FIRST"}
    account.write("SECOND")
    client = account.aws.client("sts", REGION)
    client.get_caller_identity()
    account.expired.add("SECOND")
    account.write("THIRD")
    client.get_caller_identity()
    assert ["FIRST", "SECOND", "SECOND", "THIRD"] == account.used


def test_all_calls_that_were_under_way_are_repeated(account: _Account) -> None:
    """The second of two that meet expired keys finds that the first one has renewed them."""
    account.expired = {"FIRST"}
    account.write("SECOND")
    both = threading.Barrier(2)

    def together() -> None:
        if account.used.count("SECOND") == 0:
            both.wait(5)

    account.before = together
    client, ended = account.aws.client("sts", REGION), []

    def call() -> None:
        ended.append(client.get_caller_identity()["Account"])

    threads = [threading.Thread(target=call) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert ["123456789012"] * 2 == ended


@pytest.mark.parametrize("code", ["InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_keys_that_were_never_good_are_not_renewed(account: _Account, code: str) -> None:
    """Others in the file are not tried for them."""
    account.expired, account.code = {"FIRST"}, code
    account.write("SECOND")
    with pytest.raises(UnreachableError) as raised:
        account.aws.account(REGION)
    assert not isinstance(raised.value, ExpiredError)
    assert ["FIRST"] == account.used


def test_a_denied_call_names_profile_account_and_action(account: _Account) -> None:
    """R220, R224: whose credentials, as far as that is known, and which permission they lack."""
    with pytest.raises(DeniedError) as raised:
        _denied(account)
    assert (
        "The credentials (profile `team`) may not call `sts:GetCallerIdentity` in `eu-west-1`"
        == raised.value.what
    )
    account.expired.clear()
    account.aws.account(REGION)
    with pytest.raises(DeniedError) as raised:
        _denied_later(account)
    assert "(profile `team`, account 123456789012)" in raised.value.what
    assert ("sts:GetSessionToken", REGION) == (raised.value.action, raised.value.region)
    assert "`sts:GetSessionToken`" in raised.value.hint


def _denied(account: _Account) -> None:
    account.expired, account.code = {"FIRST"}, "AccessDenied"
    account.aws.account(REGION)


def _denied_later(account: _Account) -> None:
    account.expired = {"FIRST"}
    with calling("sts:GetSessionToken", REGION):
        account.aws.client("sts", REGION).get_session_token()


def _objects(account: _Account) -> Objects:
    return Objects(account.aws, REGION, "artifacts", "123456789012")


@pytest.mark.fault(28)
def test_a_head_without_words_is_repeated_with_newer_keys(account: _Account) -> None:
    """R220, Fault 28: S3 says no more than 400 there; what expired is renewed all the same."""
    account.expired = {"FIRST"}
    account.write("SECOND")
    assert _objects(account).has("code.zip", 7)
    asked = [each for each in account.heads if each.endswith(" code.zip")]
    assert ["FIRST code.zip", "SECOND code.zip"] == asked


@pytest.mark.parametrize("call", ["HeadObject", "HeadBucket"])
@pytest.mark.fault(28)
def test_keys_that_expired_at_a_head_are_told_as_such(account: _Account, call: str) -> None:
    """R224, Fault 28: STS is asked, which says why: exit code 8."""
    account.expired = {"FIRST"}
    objects = _objects(account)
    with pytest.raises(ExpiredError) as raised:
        objects.stored("code.zip") if call == "HeadObject" else objects.ensure_bucket()
    assert (8, "ExpiredToken: as asked") == (raised.value.exit_code, raised.value.why)
    assert "aws sso login" in raised.value.hint


def test_a_head_that_is_refused_for_another_reason_stays_what_it_is(account: _Account) -> None:
    """STS takes the credentials: it is not them."""
    account.wrong = True
    with pytest.raises(AwsCallError) as raised:
        _objects(account).stored("code.zip")
    assert (4, "400") == (raised.value.exit_code, raised.value.code)
    assert "FIRST" in account.used


def test_a_head_whose_reason_cannot_be_asked_stays_what_it_is(account: _Account) -> None:
    """STS does not answer, or refuses the call alone."""
    account.wrong = True
    account.expired, account.code = {"FIRST"}, "AccessDenied"
    with pytest.raises(AwsCallError) as raised:
        _objects(account).stored("code.zip")
    assert "400" == raised.value.code


def test_keys_that_were_given_are_not_replaced_by_others(
    account: _Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the laptop: what a profile has is for AWS."""
    monkeypatch.setenv("AWS_PROFILE", "team")
    used: list[str] = []
    aws = Aws(Endpoint("embedded", "http://127.0.0.1:9", "", "LOCAL", "x"))

    def refuse(request: Any, **_: object) -> AWSResponse:
        used.append(_key_of(request))
        return Answer(403, REFUSAL.format("ExpiredToken")).of(request.url)

    aws.client("sts", REGION).meta.events.register("before-send.sts", refuse)
    account.write("SECOND")
    with pytest.raises(ExpiredError):
        aws.account(REGION)
    assert {"LOCAL"} == set(used)
