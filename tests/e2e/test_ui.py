"""The dashboard over real connections: readings, promotions, stops, canaries, and who may ask."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from tests.e2e import dashboard, shifting
from tests.e2e.dashboard import Page, Served
from tests.e2e.shifting import Versions

pytestmark = pytest.mark.long

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
PROD = {"kind": "promote", "environment": "prod"}


@pytest.fixture(scope="module")
def versions(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Versions:
    """The app, deployed once; each test finds a version in dev that prod does not serve."""
    folder = tmp_path_factory.mktemp("ui") / "tiny"
    folder.mkdir()
    shifting.write(folder, 0.0, 0)
    return Versions(deployed(folder))


@pytest.fixture
def project(versions: Versions) -> Project:
    """The app, with something to promote."""
    versions.ready()
    return versions.project


@pytest.fixture
def ui(project: Project) -> Iterator[Served]:
    """A dashboard."""
    with dashboard.served(project) as found:
        yield found


@pytest.fixture
def page(ui: Served) -> Page:
    """A tab."""
    return ui.page()


def everything(project: Project) -> str:
    """Return all that lies in the project's folder of logs, and in the artifact bucket."""
    kinds = {".jsonl", ".txt", ".log", ".json"}
    files = (project.folder / ".sam-deploy").rglob("*")
    logs = [each for each in files if each.is_file() and each.suffix in kinds]
    found = [each.read_text(encoding="utf-8", errors="replace") for each in logs]
    store = project.client("s3", "eu-west-1")
    for each in store.list_objects_v2(Bucket=shifting.BUCKET).get("Contents", []):
        if each["Key"].endswith((".json", ".jsonl")):
            body = store.get_object(Bucket=shifting.BUCKET, Key=each["Key"])["Body"].read()
            found.append(body.decode())
    return "\n".join(found)


def test_readings_are_those_of_the_commands(project: Project, page: Page) -> None:
    """`status`, `history` and `release show` have the same rows as with `--json`."""
    status = page.get("/api/status")
    assert project.run("status", "--json", "--target", "embedded").json == status["rows"]
    assert ([], None, None) == (status["unreachable"], status["open"], status["error"])
    told = project.run("history", "--json", "--limit", "50", "--target", "embedded").json
    assert told == page.get("/api/history")
    newest = told["releases"][0]["id"]
    shown = project.run("release", "show", newest, "--json", "--target", "embedded").json
    assert shown == page.get(f"/api/releases/{newest}")
    app = page.get("/api/app")
    assert ("tiny", "embedded", ["eu-west-1", "us-east-1"]) == (
        app["name"],
        app["target"],
        app["regions"],
    )
    assert [("dev", None), ("prod", "dev")] == [
        (each["name"], each["promote_from"]) for each in app["environments"]
    ]


def test_what_was_read_is_not_sent_again(page: Page) -> None:
    """A reading in which nothing is new is answered with 304 and no body."""
    first = page.client.get("/api/status")
    again = page.client.get("/api/status", headers={"if-none-match": first.headers["etag"]})
    assert (304, b"") == (again.status_code, again.content)
    assert "no-store" == first.headers["cache-control"]


def test_two_releases_are_compared(project: Project, page: Page) -> None:
    """Versions and code of each function in each region; an unknown release is named."""
    releases = [each["id"] for each in page.get("/api/history?environment=dev")["releases"]]
    found = page.get(f"/api/diff?from={releases[-1]}&to={releases[0]}")
    assert (releases[-1], releases[0]) == (found["from"]["id"], found["to"]["id"])
    rows = {(each["function"], each["region"]): each for each in found["functions"]}
    assert 4 == len(rows)
    assert "version" in rows["HelloFunction", "us-east-1"]["changed"]
    missing = page.client.get("/api/diff?from=dev-1&to=dev-999")
    assert 404 == missing.status_code
    assert "dev-999" in missing.json()["error"]["what"]
    del project


def test_prod_is_promoted_from_the_page(project: Project, page: Page) -> None:
    """The plan is shown, production's questions are asked, and the code of the mail is wanted."""
    after = shifting.aliases(project, "dev")
    with page.listening():
        job = page.begin(**PROD, note="the quarter's release")
        shown = page.agree(job, project)
        done = page.ended(job)
        page.wait_for("job", lambda it: it["job"] == job and it["state"] == "done")
        page.wait_for(
            "status",
            lambda it: all(
                row["version"] == after["eu-west-1", "HelloFunction"][0]
                for row in it["rows"]
                if (row["environment"], row["function"]) == ("prod", "Hello")
            ),
        )
    assert "done" == done["state"], done
    assert after == shifting.aliases(project)
    assert "sam-deploy" in done["command"]
    assert " promote prod --note " in done["command"]
    assert (2, 2, 100) == (
        done["result"]["regions_done"],
        done["result"]["regions_total"],
        done["progress"]["percent"],
    )
    rows = {(row["function"], row["region"]): row for row in shown["plan"]["rows"]}
    assert 4 == len(rows)
    assert after["us-east-1", "Hello" + "Function"][0] == rows["Hello", "us-east-1"]["after"]
    assert any("real users" in each for each in shown["plan"]["warnings"])
    newest = page.get("/api/history?environment=prod&limit=1")["releases"][0]
    assert "the quarter's release" == newest["note"]
    assert newest["approval"].startswith("code to ops@example.com")


def test_the_code_is_kept_nowhere(project: Project, page: Page) -> None:
    """Neither in answers and events, nor in logs, journals and records."""
    before = len(shifting.mails(project.endpoint))
    with page.listening():
        job = page.begin(**PROD)
        page.agree(job, project)
        done = page.ended(job)
    digits = dashboard.code(project, before)
    assert "done" == done["state"]
    told = json.dumps([page.events, done, page.get("/api/runs"), page.get("/api/history")])
    assert digits not in told
    assert digits not in everything(project)


def test_what_is_not_yes_changes_nothing(project: Project, page: Page) -> None:
    """The same refusal as at the terminal, and no mail is sent."""
    before, mails = shifting.aliases(project), len(shifting.mails(project.endpoint))
    job = page.begin(**PROD)
    page.answer(job, "confirm", "y")
    failed = page.ended(job)
    assert ("failed", "Nothing was promoted") == (failed["state"], failed["error"]["what"])
    assert (before, mails) == (
        shifting.aliases(project),
        len(shifting.mails(project.endpoint)),
    )


def test_a_job_is_stopped_while_it_asks(project: Project, page: Page) -> None:
    """Stopping is Ctrl-C: the lock is free afterwards, and nothing was changed."""
    before = shifting.aliases(project)
    job = page.begin(**PROD)
    page.asked(job, "confirm")
    assert 202 == page.post(f"/api/jobs/{job}/stop", {}).status_code
    stopped = page.ended(job)
    assert ("stopped", "nothing was changed") == (stopped["state"], stopped["error"]["state"])
    assert before == shifting.aliases(project)
    again = page.begin(**PROD)  # nobody holds the lock
    page.asked(again, "confirm")
    page.post(f"/api/jobs/{again}/stop", {})
    page.ended(again)


def test_one_job_at_a_time_and_two_tabs_see_it(ui: Served) -> None:
    """The second is refused with the first's name; an answer counts once, from either tab."""
    one, two = ui.page(), ui.page()
    job = one.begin(**PROD)
    question = two.asked(job, "confirm")["question"]
    refused = two.post("/api/jobs", PROD)
    assert 409 == refused.status_code
    assert "promote prod" in refused.json()["error"]["why"]
    body = {"answer": "yes", "question": question["id"]}
    assert 202 == two.post(f"/api/jobs/{job}/answer", body).status_code
    one.asked(job, "name")
    late = one.post(f"/api/jobs/{job}/answer", body)
    assert 409 == late.status_code
    assert "name" == one.job(job)["question"]["kind"]
    two.post(f"/api/jobs/{job}/stop", {})
    assert "stopped" == one.ended(job)["state"]


def test_a_browser_that_goes_away_loses_and_confirms_nothing(ui: Served) -> None:
    """The question waits for the next tab."""
    gone = ui.page()
    with gone.listening():
        job = gone.begin(**PROD)
        gone.asked(job, "confirm")
    gone.client.close()
    page = ui.page()
    assert "confirm" == page.asked(job, "confirm")["question"]["kind"]
    page.post(f"/api/jobs/{job}/stop", {})
    assert "stopped" == page.ended(job)["state"]


def test_prod_is_rolled_back_from_the_page(project: Project, page: Page) -> None:
    """One question and no code, as `rollback` asks."""
    before = shifting.aliases(project)
    job = page.begin(**PROD)
    page.agree(job, project)
    assert "done" == page.ended(job)["state"]
    assert before != shifting.aliases(project)
    back = page.begin(kind="rollback", environment="prod", note="it was bad")
    page.answer(back, "confirm", "yes")
    done = page.ended(back)
    assert "done" == done["state"], done
    assert done["result"]["summary"].startswith("Rolled back 2/2 lambdas to prod-")
    assert before == shifting.aliases(project)


def test_ctrl_c_ends_the_server_and_its_job(project: Project, ui: Served) -> None:
    """A job that asks ends with nothing changed, and the lock is free."""
    before, page = shifting.aliases(project), ui.page()
    with page.listening():
        page.asked(page.begin(**PROD), "confirm")
        code, said = ui.end(signal.SIGINT)
    assert 0 == code, said
    assert "state: nothing was changed" in said
    assert "Traceback" not in said
    assert before == shifting.aliases(project)
    store = project.client("s3", "eu-west-1")
    keys = [each["Key"] for each in store.list_objects_v2(Bucket=shifting.BUCKET)["Contents"]]
    assert [] == [each for each in keys if each.startswith("locks/")]


def test_a_canary_is_watched_while_calls_come_and_sigterm_takes_it_back(
    project: Project, ui: Served
) -> None:
    """Steps, alarms and figures of old and new come live; SIGTERM is Ctrl-C, and compensates."""
    before, page = shifting.aliases(project), ui.page()
    new = shifting.aliases(project, "dev")["eu-west-1", "HelloFunction"][0]
    with shifting.users(project), page.listening():
        job = page.begin(**PROD, canary=[50], every_minutes=5, min_requests=3, quiet=["Quiet"])
        page.agree(job, project)
        shift = page.wait_for(
            "shifts",
            lambda it: (
                bool(it["shifts"])
                and it["shifts"][0]["step"] == 1
                and {point["side"] for point in it["shifts"][0]["series"] if point["invocations"]}
                == {"old", "new"}
            ),
        )["shifts"][0]
        assert ("prod", "shifting") == (shift["environment"], shift["state"])
        assert [50, 100] == [each["percent"] for each in shift["steps"]]
        assert {"eu-west-1", "us-east-1"} == {each["region"] for each in shift["regions"]}
        assert all(each["weight"] == 0.5 for each in shift["regions"])
        assert all(each["alarms"] for each in shift["regions"])
        points = [each for each in shift["series"] if each["side"] == "new"]
        assert any(each["duration_p50_ms"] for each in points)
        assert {new} == {each["version"] for each in points}
        assert before != shifting.aliases(project)
        code, said = ui.end(signal.SIGTERM)
    assert 0 == code, said
    assert "everything was taken back" in said
    assert before == shifting.aliases(project)
    assert "returned" == shifting.journal(project)["release"]["outcome"]


def test_a_run_of_another_terminal_is_seen_live(project: Project, page: Page) -> None:
    """Every line of its log comes as an event, and a tab that was away gets what it has missed."""
    folder = project.folder / ".sam-deploy" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    run = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-deploy-{os.urandom(2).hex()}"
    log = folder / f"{run}.jsonl"

    def write(**line: object) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def mine(text: str) -> Callable[[dict[str, Any]], bool]:
        return lambda it: it["run"] == run and it["event"].get("message") == text

    with page.listening():
        page.wait_for("status", lambda _: True)
        write(type="RunStarted", time=time.time(), run=run, command="deploy", arguments=[], pid=1)
        write(type="Note", time=time.time(), message="one", level="info")
        page.wait_for("run", mine("one"))
        last = page.events[-1][0]
        time.sleep(0.6)
    write(type="Note", time=time.time(), message="two", level="info")
    with page.listening(last):
        page.wait_for("run", mine("two"))
    found = page.get("/api/runs")["runs"][0]
    assert (run, "deploy", None) == (found["run"], found["command"], found["exit_code"])
    write(type="RunEnded", time=time.time(), seconds=1.5, exit_code=0, error=None)
    whole = page.get(f"/api/runs/{run}")
    assert (1.5, 0, False) == (whole["seconds"], whole["exit_code"], whole["running"])
    assert ["RunStarted", "Note", "Note", "RunEnded"] == [e["type"] for e in whole["events"]]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "[::1]:1"])
def test_another_host_is_refused(page: Page, host: str) -> None:
    """DNS rebinding: a name that somebody else points to this machine is not answered."""
    answer = page.client.get("/api/status", headers={"host": host})
    assert 421 == answer.status_code
    assert "rows" not in answer.text
    with_token = httpx.get(page.address, headers={"host": host}, trust_env=False)
    assert (421, None) == (with_token.status_code, with_token.headers.get("set-cookie"))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
def test_a_job_of_another_origin_is_refused(page: Page, headers: dict[str, str]) -> None:
    """A page of somebody else cannot begin anything, whatever cookies the browser adds."""
    answer = page.post("/api/jobs", PROD, headers)
    assert 403 == answer.status_code, answer.text


def test_without_the_cookie_nothing_is_told(ui: Served) -> None:
    """The address that was printed lets in; any other one says how to."""
    origin = ui.address.partition("/?")[0]
    with httpx.Client(base_url=origin, trust_env=False) as stranger:
        front = stranger.get("/")
        assert 401 == front.status_code
        assert "sam-deploy ui" in front.text
        assert 401 == stranger.get("/?token=wrong").status_code
        for path in ("/api/app", "/api/status", "/api/events", "/page/index.html"):
            assert 401 == stranger.get(path).status_code
        body = {"origin": origin}
        assert 401 == stranger.post("/api/jobs", json=PROD, headers=body).status_code


def test_read_only_begins_nothing(project: Project) -> None:
    """Readings are there, and jobs are refused."""
    with dashboard.served(project, "--read-only") as ui:
        page = ui.page()
        assert page.get("/api/app")["read_only"]
        refused = page.post("/api/jobs", PROD)
        assert 409 == refused.status_code
        assert "--read-only" in refused.json()["error"]["why"]
        assert (0, "") == (ui.end()[0], "")


def test_without_a_cloud_it_says_so(make_tiny: Callable[..., Project]) -> None:
    """The page opens all the same; nothing is deployed, and no cloud is started by looking."""
    project = make_tiny()
    with dashboard.served(project) as ui:
        page = ui.page()
        status = page.get("/api/status")
        assert "does not run" in status["error"]["what"]
        assert (["eu-west-1"], []) == (
            [each["region"] for each in status["unreachable"]],
            status["rows"],
        )
        assert {"shifts": []} == page.get("/api/shifts")
        assert {"built": None, "artifacts": []} == page.get("/api/artifacts")
        assert 409 == page.client.get("/api/history").status_code
        failed = page.ended(page.begin(kind="rollback", environment="prod"))
        assert "does not run" in failed["error"]["what"]
    assert not project.cloud().get("running")


def test_a_port_in_use_is_named(project: Project, ui: Served) -> None:
    """Exit 5, and who holds it."""
    port = ui.address.partition("/?")[0].rpartition(":")[2]
    ran = project.run("ui", "--no-open", "--port", port, "--target", "embedded")
    assert 5 == ran.code
    assert f"Port {port} is not free for the dashboard" in ran.err


def test_wrong_codes_change_nothing(project: Project, page: Page) -> None:
    """Three tries, told as they go; then the plan is void, as at the terminal.

    The last test: no code is sent to prod for a while after that.
    """
    before = shifting.aliases(project)
    mails = len(shifting.mails(project.endpoint))
    job = page.begin(**PROD)
    page.answer(job, "confirm", "yes")
    page.answer(job, "name", "tiny")
    page.asked(job, "code")
    right = dashboard.code(project, mails)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    left = []
    for count in (3, 2, 1):
        page.until(
            job,
            lambda it, count=count: (
                it["question"] is not None and it["question"]["attempts_left"] == count
            ),
        )
        left.append(page.answer(job, "code", wrong)["question"]["detail"])
    failed = page.ended(job)
    assert "failed" == failed["state"]
    assert "Invalid OTP. Maximum attempts exceeded" == failed["error"]["what"]
    assert "nothing was changed" == failed["error"]["state"]
    assert ["2 attempts", "1 attempt"] == [
        next(n for n in ("2 attempts", "1 attempt") if n in each) for each in left[1:]
    ]
    assert before == shifting.aliases(project)
    assert wrong not in json.dumps(failed)
