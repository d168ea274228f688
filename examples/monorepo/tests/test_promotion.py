"""From dev to production by scripts/deploy.sh: what it refuses, what it asks, how it goes back.

The tests of this file follow each other, as a release does.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

DEPLOY = ("scripts/deploy.sh", "--environment")
ENTER = "Enter OTP (Attempt 1/3)"
API = "services/user-service/src/api.ts"
HEALTH = 'answer(200, { status: "ok", service: "user-service", ...needs.about })'
LEVELS = "packages/logger/src/index.ts"
APPROVAL = "approval.json"
QUICK = ("--every", "1s", "--min-requests", "0", "--quiet", "all")


@pytest.fixture(scope="module")
def released(monorepo: Any) -> Iterator[Any]:
    """The project with dev deployed; what hooks tell goes to a webhook of the tests."""
    with webhook() as (url, told):
        monorepo.known["NOTIFY_URL"], monorepo.known["told"] = url, told
        yield monorepo


@contextlib.contextmanager
def webhook() -> Iterator[tuple[str, list[str]]]:
    """A chat channel: where it takes messages, and those that came."""
    told: list[str] = []

    class Channel(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            told.append(json.loads(self.rfile.read(length))["text"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Channel) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", told
        server.shutdown()


def by_code(project: Any, environment: str, *options: str) -> tuple[int, str]:
    """Promote with `--auto-approve` and the code of the mail; return exit code and what it said."""
    before = len(project.mails())
    more = {
        "NOTIFY_URL": project.known["NOTIFY_URL"],
        "SAM_DEPLOY_POLL_SECONDS": "0.5",
        "SAM_DEPLOY_GRACE_SECONDS": "30",
    }
    with project.at_terminal(*DEPLOY, environment, "--auto-approve", *options, **more) as terminal:
        terminal.until(ENTER)
        assert len(project.mails()) == before + 1
        terminal.type(project.code())
        return terminal.end(), terminal.said


def test_a_plan_of_staging_changes_nothing(released: Any) -> None:
    """R291: `--plan-only` shows functions and stacks; no stack is made."""
    before = released.stacks()
    ran = released.run(*DEPLOY, "staging", "--plan-only")
    assert 0 == ran.code, ran.err
    assert "Promote to STAGING" in ran.err
    assert "first the check must agree: node scripts/check-release.mjs" in ran.err
    assert "this was a dry run" in ran.err
    assert before == released.stacks() == ["lambda-monorepo-sam-dev"]


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("options", [(), ("--auto-approve",)])
def test_nothing_is_promoted_without_a_code(
    released: Any, environment: str, options: tuple[str, ...]
) -> None:
    """R282, R292: exit 6 where nobody can type one; `--auto-approve` stands for no code."""
    ran = released.run(*DEPLOY, environment, *options)
    assert 6 == ran.code, ran.err
    assert "approv" in ran.err
    assert ["lambda-monorepo-sam-dev"] == released.stacks()
    assert [] == released.mails()


def test_staging_gets_the_very_archives_of_dev(released: Any, sign_in: Any) -> None:
    """R175, R207, R282: `--auto-approve` asks for the code alone; nothing is built again."""
    code, said = by_code(released, "staging")
    assert 0 == code, said
    assert "(yes/no)" not in said
    assert 3 == said.count("ok - "), said
    assert released.code_hashes("dev") == released.code_hashes("staging")
    (told,) = released.known["told"]
    assert told.startswith("promote of lambda-monorepo staging: committed")

    body = {"email": "ann@example.com", "name": "Ann"}
    with sign_in("staging") as staging, sign_in("dev") as dev:
        assert 201 == staging.post("/users", json=body).status_code
        found = dev.get("/users", params={"email": body["email"]}).json()["users"]
        # R177: each environment has its own table, and takes no token of another
        assert [] == found
        token = dev.headers["authorization"]
        refused = staging.get("/users/x", headers={"authorization": token})
        assert 401 == refused.status_code


def test_production_takes_an_approval_file(released: Any) -> None:
    """R176, R290: somebody agrees at a terminal, with name and code; CI carries out just that."""
    approval = str(released.folder / APPROVAL)
    with released.at_terminal(*DEPLOY, "production", "--approve", approval) as terminal:
        terminal.until("(yes/no)")
        terminal.type("yes")
        terminal.until("Type the app's name")
        terminal.type("lambda-monorepo")
        terminal.until(ENTER)
        terminal.type(released.code())
        assert 0 == terminal.end(), terminal.said
    assert "lambda-monorepo-sam-production" not in released.stacks()

    ran = released.run(*DEPLOY, "production", "--approval-file", approval)
    assert 0 == ran.code, ran.err
    assert 3 == ran.out.count("ok - ")
    assert released.code_hashes("staging") == released.code_hashes("production")


def test_deploying_around_the_promotion_is_refused(released: Any) -> None:
    """R282: `sam-deploy deploy` brings no code to an environment that is promoted to."""
    before = released.served("production")
    ran = released.sam_deploy("deploy", "--environment", "production", "--auto-approve")
    assert 5 == ran.code, ran.err
    assert before == released.served("production")


def test_a_version_that_does_not_answer_reaches_nobody(released: Any) -> None:
    """R204: blue/green. It is asked by its number first, fails, and staging is as before."""
    broken = f'answer(needs.about.environment === "dev" ? 200 : 500, {HEALTH[12:-1]})'
    before = released.served("staging")
    with released.edited(API, HEALTH, broken):
        ran = released.run(*DEPLOY, "dev")
        assert 0 == ran.code, ran.err
        code, said = by_code(released, "staging")
    assert 4 == code, said
    assert "UserService version" in said
    assert before == released.served("staging")
    url = released.url("staging")
    assert 0 == released.run("node", "scripts/post-deploy.mjs", "staging", url).code


def test_a_good_version_goes_over_in_steps(released: Any) -> None:
    """R205: what goes through deploy.sh to sam-deploy; weights, then all calls, alarms watched.

    R293: before that, dev has had types and unit tests, a deployment and a look from outside; after
    it, the channel is told.
    """
    before = released.served("staging")
    with (
        released.edited(LEVELS, "One line of JSON", "A line of JSON"),
        released.edited(LEVELS, "described(error) });", "described(error), alarming: true });"),
    ):
        ran = released.run(*DEPLOY, "dev")
        assert 0 == ran.code, ran.err
        steps = ["== shared packages", "== services", "== unit tests", "# fail 0", "ok - the serv"]
        assert sorted(ran.out.index(each) for each in steps) == [
            ran.out.index(each) for each in steps
        ]
        assert "dev serves new versions of 3 functions" in ran.err
        told = len(released.known["told"])
        code, said = by_code(released, "staging", "--", "--canary", "50", *QUICK)
    assert 0 == code, said
    (news,) = released.known["told"][told:]
    assert news.startswith("promote of lambda-monorepo staging: committed staging-"), news
    assert "step 1/2: 50% of the calls" in said
    after = released.served("staging")
    assert all(before[service] != after[service] for service in before)

    # an approval file is good for the plan that was shown, and once
    served = released.served("production")
    ran = released.run(*DEPLOY, "production", "--approval-file", APPROVAL)
    assert 6 == ran.code, ran.err
    assert served == released.served("production")


def test_one_service_goes_back_alone_and_then_all(released: Any) -> None:
    """R203: rollback brings the version of before, and takes nothing down."""
    now = released.served("staging")
    stacks = released.stacks()
    ran = released.sam_deploy("rollback", "staging", "--only", "UserService", "--auto-approve")
    assert 0 == ran.code, ran.err
    alone = released.served("staging")
    assert {"user-service"} == {each for each in now if now[each] != alone[each]}

    ran = released.sam_deploy("rollback", "staging", "--auto-approve")
    assert 0 == ran.code, ran.err
    assert released.code_hashes("production") == released.code_hashes("staging")
    assert stacks == released.stacks()
    url = released.url("staging")
    assert 0 == released.run("node", "scripts/post-deploy.mjs", "staging", url).code
