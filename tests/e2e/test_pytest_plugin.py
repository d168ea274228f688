"""The pytest plugin, as users of sam-deploy run it: `pytest` in a project with a `deploy.py`."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

APP = """
from sam_deploy import *

app = App(
    name="tested",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    queues=[Queue("Jobs", visibility_timeout_seconds=60)],
    buckets=[Bucket("tested-files")],
    tables=[Table("Things", partition_key=Key("id"))],
    settings=[Secret("API_KEY"), Setting("COLOUR", value="red")],
    user_pools=[UserPool("People", clients=[UserPoolClient(), UserPoolClient(name="Admin")])],
    http_api=HttpApi(authorizer=Authorizer(pool="People")),
    functions=[
        Function(
            "Hello", source="hello", timeout_seconds=10, memory_mb=256,
            routes=[Route("GET", "/hello", public=True), Route("GET", "/me")],
            settings=["HOST", "API_KEY", "COLOUR"], triggers=[on_queue("Jobs", batch_size=1)],
            uses=["Jobs", "tested-files", "Things"],
        ),
    ],
)
"""
HANDLER = """
import json
from sam_deploy_runtime import setting

def handler(event, context):
    if event.get("fail"):
        raise ValueError("as told")
    if event.get("settings"):
        return {"host": setting("HOST"), "key": str(setting("API_KEY"))}
    if event.get("rawPath", "").endswith("/me"):
        return event["requestContext"]["authorizer"]["jwt"]["claims"]
    alias = context.invoked_function_arn.rpartition(":")[2]
    print("event", json.dumps(event))
    return {"statusCode": 200, "body": alias}
"""
NOTES = """
import os, pathlib

def note(app):
    name = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    pathlib.Path(__file__).with_name(f"{name}.txt").write_text(
        " ".join([app.endpoint, *map(str, app.cloud.pids)]))
"""
TESTS = """
import json, os, urllib.error, urllib.request
import pytest
from notes import note

def test_addresses_and_names(sam_deploy_app):
    app = sam_deploy_app
    note(app)
    assert ("eu-west-1", "us-east-1") == app.regions
    assert ("dev", "prod") == app.environments
    for environment in app.environments:
        url = app.url(environment, "us-east-1") + "/hello"
        assert environment.encode() == urllib.request.urlopen(url).read()
    assert "HelloFunction" == app.function_name("Hello")
    assert "tested-files-dev-us-east-1" == app.bucket_name("tested-files", region="us-east-1")
    assert "tested-Things-prod" == app.table_name("Things", "prod")
    app.client("s3").head_bucket(Bucket=app.bucket_name("tested-files"))
    app.client("dynamodb").describe_table(TableName=app.table_name("Things"))
    assert app.endpoint == app.environ()["AWS_ENDPOINT_URL"]

def test_events(sam_deploy_app):
    app = sam_deploy_app
    app.client("sqs").send_message(QueueUrl=app.queue_url("Jobs"), MessageBody="to do")
    logs = app.client("logs")

    def seen():
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/HelloFunction")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return False
        return [each for each in events if "to do" in each["message"]]

    assert app.wait_for(seen, what="the message")
    answer = app.invoke("Hello", {"id": 1}, "prod")
    assert ("prod", None) == (answer.payload["body"], answer.error)
    assert '{"id": 1}' in answer.log
    assert app.invoke("Hello", {"fail": True}).error
    with pytest.raises(TimeoutError, match="in vain for luck"):
        app.wait_for(lambda: False, seconds=0.2, what="luck")

def test_faults_and_commands(sam_deploy_app):
    app = sam_deploy_app
    with app.fault("--service", "dynamodb", "--error", "AccessDeniedException"):
        with pytest.raises(Exception, match="AccessDenied"):
            app.client("dynamodb").list_tables()
    app.client("dynamodb").list_tables()
    assert [] == app.mails("nobody@example.com")
    assert "Hello" in app.run("status").stdout

def test_settings(sam_deploy_app):
    app = sam_deploy_app
    missing = app.invoke("Hello", {"settings": True}).payload["errorMessage"]
    assert "'HOST' has no value" in missing
    app.set_setting("HOST", "example.com")
    app.set_setting("API_KEY", "k-1")
    app.set_setting("HOST", "example.org", "prod")
    found = app.invoke("Hello", {"settings": True})
    assert (None, {"host": "example.com", "key": "k-1"}) == (found.error, found.payload)
    missing = app.invoke("Hello", {"settings": True}, "prod").payload["errorMessage"]
    assert "'API_KEY' has no value" in missing
    told = app.run("settings", "get", "HOST", "--environment", "prod")
    assert ("example.org\\n", 0) == (told.stdout, told.returncode)

def test_people(sam_deploy_app):
    app = sam_deploy_app
    assert app.user_pool_id("People").startswith("eu-west-1_")
    assert app.user_pool_id("People", "prod") != app.user_pool_id("People")
    assert app.user_pool_id("People", region="us-east-1").startswith("us-east-1_")
    assert app.user_pool_client_id("People") != app.user_pool_client_id("People", "Admin")

    def me(headers):
        asked = urllib.request.Request(app.url() + "/me", headers=headers)
        return json.load(urllib.request.urlopen(asked))

    with pytest.raises(urllib.error.HTTPError, match="401"):
        me({})
    asha = app.sign_in("People", "asha@example.com")
    assert "asha@example.com" == asha.claims["email"]
    assert asha.claims["sub"] == me(asha.headers)["sub"]
    token = {"Authorization": f"Bearer {asha.access_token}"}
    assert "access" == me(token)["token_use"]
    again = app.sign_in("People", "asha@example.com", client="Admin", attributes={"name": "A."})
    assert (asha.claims["sub"], "A.") == (again.claims["sub"], again.claims["name"])
    assert [] == app.mails("asha@example.com")

def test_mistakes(sam_deploy_app):
    from sam_deploy.errors import ConfigError, RefusedError
    with pytest.raises(ConfigError, match="no user pool `Peopel`"):
        sam_deploy_app.user_pool_id("Peopel")
    with pytest.raises(ConfigError, match="no client `Admni`"):
        sam_deploy_app.user_pool_client_id("People", "Admni")
    with pytest.raises(RefusedError, match="`People` of `dev` is not in `us-west-2`"):
        sam_deploy_app.sign_in("People", region="us-west-2")
    with pytest.raises(ConfigError, match="reads `HOTS`"):
        sam_deploy_app.set_setting("HOTS", "x")
    with pytest.raises(ConfigError, match="value is empty"):
        sam_deploy_app.set_setting("HOST", "")
    with pytest.raises(RefusedError, match="keeps the value of `COLOUR`"):
        sam_deploy_app.set_setting("COLOUR", "blue")
    with pytest.raises(ConfigError, match="no queue `Jbos`") as error:
        sam_deploy_app.queue_url("Jbos")
    with pytest.raises(ConfigError, match="no environment `pord`"):
        sam_deploy_app.url("pord")
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with an app and its tests; the user's caches are found as ever."""
    monkeypatch.setenv("HOME", HOME)
    # a worker of xdist says in variables that it is one; the session that it starts is none
    for name in [each for each in os.environ if each.startswith("PYTEST_XDIST")]:
        monkeypatch.delenv(name)
    shown = "\n".join(["import re", "import httpx", *page("def test_notes", "def test_whoever")])
    pytester.makepyfile(deploy=APP, notes=NOTES, test_app=f"{TESTS}\n{shown}")
    pytester.makeini("[pytest]\npythonpath = .\n")
    (pytester.path / "hello").mkdir()
    (pytester.path / "hello" / "handler.py").write_text(HANDLER, encoding="utf-8")
    return pytester


HOME = os.environ["HOME"]
PAGE = Path(__file__).parents[2] / "docs" / "guides" / "testing.md"


def page(*beginnings: str) -> list[str]:
    """Return the tests that the guide shows, as it shows them."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [each for begin in beginnings for each in blocks if each.startswith(begin)]


def noted(project: pytest.Pytester, name: str) -> tuple[str, list[int]]:
    endpoint, *pids = (project.path / f"{name}.txt").read_text(encoding="utf-8").split()
    return endpoint, list(map(int, pids))


def alive(pids: list[int]) -> list[int]:
    """Return those that run; one that has ended may be a zombie until somebody asks for it."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


def test_tests_get_the_deployed_app_and_its_cloud_ends_with_them(
    project: pytest.Pytester,
) -> None:
    """One deployment for all tests; what it does is said, and no process is left."""
    ran = project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    ran.assert_outcomes(passed=8)
    ran.stdout.fnmatch_lines(["sam-deploy: deployed in * s; it answers at http://127.0.0.1:*"])
    assert [] == alive(noted(project, "alone")[1])
    assert not (project.path / ".sam-deploy" / "cloud").exists()


@pytest.mark.long
def test_a_cloud_can_be_kept_for_the_next_session(project: pytest.Pytester) -> None:
    """The second one finds the same processes; `cloud stop` ends them."""
    project.makepyfile(
        test_app="from notes import note\ndef test_one(sam_deploy_app):\n    note(sam_deploy_app)\n"
    )
    options = ("--sam-deploy-keep", "-p", "no:cacheprovider", "-p", "no:xdist")
    folder = project.path / ".sam-deploy" / "testing" / "main"
    try:
        project.runpytest_subprocess(*options).assert_outcomes(passed=1)
        first = noted(project, "alone")
        assert first[1] == alive(first[1])
        project.runpytest_subprocess(*options).assert_outcomes(passed=1)
        assert first == noted(project, "alone")
        with FileLock(folder / "session.lock"):
            ran = project.runpytest_subprocess(*options)
        assert 4 == ran.ret
        ran.stdout.fnmatch_lines(["*The cloud that is kept for tests is in use*"])
    finally:
        subprocess.run(
            [sys.executable, "-m", "sam_deploy", "cloud", "stop"],
            cwd=project.path,
            env={**os.environ, "SAM_DEPLOY_CLOUD_DIR": str(folder)},
            check=True,
        )
    assert [] == alive(first[1])


@pytest.mark.long
def test_each_worker_of_xdist_has_a_cloud_of_its_own(project: pytest.Pytester) -> None:
    """The same project, at the same time, twice."""
    project.makepyfile(
        test_app="from notes import note\n"
        "def test_one(sam_deploy_app):\n    note(sam_deploy_app)\n"
        "def test_two(sam_deploy_app):\n    note(sam_deploy_app)\n"
    )
    ran = project.runpytest_subprocess("-n", "2", "--dist", "each", "-p", "no:cacheprovider")
    ran.assert_outcomes(passed=4)
    first, second = noted(project, "gw0"), noted(project, "gw1")
    assert first[0] != second[0]
    assert [] == alive(first[1] + second[1])


def test_an_app_that_cannot_be_deployed_ends_the_session_with_the_reason(
    project: pytest.Pytester,
) -> None:
    """The tool's own words and pytest's exit code for usage errors; in a worker each test fails."""
    wrong = APP.replace('"Jobs", visi', '"Jobs", visy')
    project.makepyfile(deploy=wrong)
    ran = project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    assert 4 == ran.ret
    ran.stdout.fnmatch_lines(
        ["*was not deployed, so its tests cannot run*", "*visybility_timeout_seconds*"]
    )
    ran.stdout.no_fnmatch_line("*Traceback*")
    ran = project.runpytest_subprocess("-p", "no:cacheprovider", "-n", "1", "-k", "events")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*was not deployed, so its tests cannot run*"])


def test_without_a_deploy_py_it_is_said_how_to_name_its_folder(pytester: pytest.Pytester) -> None:
    """And tests that do not want the app are not told anything."""
    pytester.makepyfile("def test_app(sam_deploy_app): ...")
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    assert 4 == ran.ret
    ran.stdout.fnmatch_lines(["*There is no `deploy.py` in*", "*sam_deploy_project = path/to/app*"])
    pytester.makepyfile("def test_app(): ...")
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist").assert_outcomes(
        passed=1
    )


@pytest.mark.long
def test_a_cloud_ends_when_its_tests_are_killed(project: pytest.Pytester) -> None:
    """SIGKILL leaves nobody who could clean up, but the end of a pipe."""
    project.makepyfile(
        test_app="import time\nfrom notes import note\n"
        "def test_long(sam_deploy_app):\n    note(sam_deploy_app)\n    time.sleep(120)\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=project.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not (project.path / "alone.txt").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    _, pids = noted(project, "alone")
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [] == alive(pids)


@pytest.mark.long
def test_the_acceptance_tests_of_the_example_pass(tmp_path: Path) -> None:
    """As a user runs them: `pytest` in the folder of the app."""
    example = Path(__file__).parents[2] / "examples" / "dzgro"
    left_out = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__")
    folder = shutil.copytree(example, tmp_path / "dzgro", ignore=left_out)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ran.returncode, ran.stdout
    assert "6 passed" in ran.stdout
