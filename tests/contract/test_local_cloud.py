"""The cloud's life: start, find, stop, reset, and what happens when it dies."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from sam_deploy import local
from sam_deploy.errors import RefusedError
from sam_deploy.events import Event, Note, ignore
from sam_deploy.local.processes import Process
from sam_deploy.local.state import Record, Server, StateFolder
from sam_deploy.local.watch import LOOK_SECONDS


def kill(pid: int) -> None:
    """End a process the hard way, and wait until it has ended."""
    process = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    with suppress(psutil.NoSuchProcess):
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)


def scratch_of(cloud: local.RunningCloud) -> Path:
    record = StateFolder(cloud.project).read()
    assert record is not None
    return record.scratch


def family(cloud: local.RunningCloud) -> list[psutil.Process]:
    """All processes and everything below them."""
    tops = [psutil.Process(pid) for pid in cloud.pids]
    return tops + [child for top in tops for child in top.children(recursive=True)]


def test_a_cloud_is_started_once_found_and_stopped_once(project: Path) -> None:
    """Start is idempotent, find agrees with it, and stop leaves no process, folder or record."""
    first = local.start(project, ignore)
    processes, scratch = family(first), scratch_of(first)
    assert first == local.start(project, ignore) == local.find(project)
    assert 0o600 == (project / ".sam-deploy/cloud/cloud.json").stat().st_mode & 0o777
    assert [True, False] == [local.stop(project), local.stop(project)]
    assert local.find(project) is None
    assert not first.alive()
    assert [] == psutil.wait_procs(processes, timeout=2)[1]
    assert not scratch.exists()
    assert not (project / ".sam-deploy/cloud/cloud.json").exists()


def test_everything_listens_on_loopback_only(cloud: local.RunningCloud) -> None:
    """No socket of the cloud can be reached from another machine."""
    listening = [
        connection.laddr.ip
        for process in family(cloud)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 2
    assert {"127.0.0.1"} == set(listening)


@pytest.mark.long
@pytest.mark.fault(59)
def test_two_projects_have_separate_clouds(cloud: local.RunningCloud, project: Path) -> None:
    """A second project gets other processes, other ports and another content."""
    second = local.start(project, ignore)
    assert set() == {*cloud.ports, *cloud.pids} & {*second.ports, *second.pids}
    assert cloud == local.find(cloud.project)
    page = httpx.get(second.gateway, trust_env=False).text
    assert "sam-deploy: no API is deployed in the embedded cloud.\n" == page


@pytest.mark.slow
def test_reset_empties_the_cloud_and_leaves_it_running(project: Path) -> None:
    """What was made is gone after reset; the processes are the same."""
    started = local.start(project, ignore)
    bucket = f"{started.endpoint}/some-bucket"
    assert 200 == httpx.put(bucket, trust_env=False).status_code
    local.reset(project)
    assert 404 == httpx.get(bucket, trust_env=False).status_code
    assert started == local.find(project)


def test_reset_without_a_cloud_is_refused(project: Path) -> None:
    """There is nothing to reset, and the hint says how to start one."""
    with pytest.raises(RefusedError) as refused:
        local.reset(project)
    assert "`sam-deploy cloud start` starts an empty one" == refused.value.hint


@pytest.mark.slow
@pytest.mark.fault(59)
def test_a_given_port_that_is_busy_is_refused_with_its_holder(project: Path) -> None:
    """The refusal names the program, its process id and a port that is free."""
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(RefusedError) as refused:
            local.start(project, ignore, gateway_port=port)
    assert f"Port {port} is not free for the gateway" == refused.value.what
    assert f"(pid {os.getpid()})" in refused.value.why
    assert refused.value.hint.startswith("port ")
    assert local.find(project) is None


@pytest.mark.long
def test_a_given_port_moves_a_running_gateway(project: Path) -> None:
    """The emulator, and so everything in it, stays as it is."""
    before = local.start(project, ignore)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    after = local.start(project, ignore, gateway_port=port)
    assert (before.endpoint, port) == (after.endpoint, after.ports[1])
    assert not before.alive()


@pytest.mark.fault(57)
def test_a_killed_emulator_is_noticed_within_a_second_and_replaced(project: Path) -> None:
    """The watch tells once, find forgets it, the gateway says 503, and start makes a new one."""
    first = local.start(project, ignore)
    scratch, died = scratch_of(first), threading.Event()
    parts: list[str] = []

    def note(part: str) -> None:
        parts.append(part)
        died.set()

    watch = local.watch(first, note)
    kill(first.pids[0])
    assert died.wait(20)
    watch.stop()
    assert LOOK_SECONDS < 1.0
    assert ["emulator"] == parts
    assert local.find(project) is None
    answer = httpx.get(first.url("eu-west-1", "abc", "dev"), trust_env=False)
    assert (503, {"message": "Service Unavailable"}) == (answer.status_code, answer.json())
    told: list[Event] = []
    second = local.start(project, told.append)
    assert second.alive()
    assert first.pids[0] != second.pids[0]
    assert not scratch.exists()
    assert Note("the embedded cloud had died: a new, empty one is started") in told


@pytest.mark.slow
def test_a_killed_gateway_is_replaced_and_nothing_is_lost(project: Path) -> None:
    """Start begins another gateway in front of the same emulator."""
    first = local.start(project, ignore)
    bucket = f"{first.endpoint}/some-bucket"
    httpx.put(bucket, trust_env=False)
    kill(first.pids[1])
    assert local.is_partly_there(project)
    second = local.start(project, ignore)
    assert (first.endpoint, first.pids[0]) == (second.endpoint, second.pids[0])
    assert first.pids[1] != second.pids[1]
    assert 200 == httpx.get(bucket, trust_env=False).status_code


@pytest.mark.slow
def test_a_killed_proxy_is_replaced_where_it_was_and_nothing_is_lost(project: Path) -> None:
    """The watch names it; start begins another one at the same port, before the same emulator."""
    first, parts = local.start(project, ignore), []
    bucket, died = f"{first.endpoint}/some-bucket", threading.Event()

    def note(part: str) -> None:
        parts.append(part)
        died.set()

    httpx.put(bucket, trust_env=False)
    watch = local.watch(first, note)
    kill(first.pids[2])
    assert died.wait(5)
    watch.stop()
    assert ["proxy"] == parts
    assert local.find(project) is None
    second = local.start(project, ignore)
    assert (first.endpoint, first.pids[:2]) == (second.endpoint, second.pids[:2])
    assert first.pids[2] != second.pids[2]
    assert 200 == httpx.get(bucket, trust_env=False).status_code


@pytest.mark.slow
def take(holder: socket.socket, port: int) -> None:
    """Listen at the port of a process that has died; its threads may still be ending."""
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = time.monotonic() + 10
    while True:
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            holder.listen()
            return


@pytest.mark.slow
def test_a_proxy_whose_port_was_taken_meanwhile_is_refused_with_its_holder(project: Path) -> None:
    """Functions know the cloud by that port, so that another one would not do."""
    first = local.start(project, ignore)
    kill(first.pids[2])
    with closing(socket.socket()) as holder:
        take(holder, first.ports[2])
        with pytest.raises(RefusedError) as refused:
            local.start(project, ignore)
    assert f"Port {first.ports[2]} of the embedded cloud is not free any more" == refused.value.what
    assert f"(pid {os.getpid()})" in refused.value.why
    assert first.pids[:2] == local.start(project, ignore).pids[:2]


@pytest.mark.slow
def test_a_cloud_outlives_the_command_that_started_it(project: Path) -> None:
    """Its processes belong to no terminal and to no parent."""
    script = (
        "import sys, pathlib; from sam_deploy import local; from sam_deploy.events import ignore;"
        "print(local.start(pathlib.Path(sys.argv[1]), ignore).pids)"
    )
    command = [sys.executable, "-c", script, str(project)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = local.find(project)
    assert found is not None
    assert said.stdout.strip() == str(found.pids)
    assert [os.getsid(pid) for pid in found.pids] == list(found.pids)


@pytest.mark.slow
def test_a_stranger_with_a_recorded_id_is_left_alone(project: Path) -> None:
    """A record whose process ids were given to other programs ends none of them."""
    stranger = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    try:
        yesterday = psutil.Process(stranger.pid).create_time() - 86_400
        server = Server(Process(stranger.pid, yesterday), 1)
        state = StateFolder(project)
        state.path.mkdir(parents=True)
        started = local.start(project, ignore).started
        local.stop(project)
        state.write(Record(server, server, Path("python"), project / "none", started))
        assert local.find(project) is None
        assert not local.stop(project)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.slow
def test_a_start_that_was_killed_is_taken_up_by_the_next(project: Path) -> None:
    """A record without a gateway, as a killed start leaves it, is completed and not doubled."""
    first = local.start(project, ignore)
    state = StateFolder(project)
    record = state.read()
    assert record is not None
    kill(first.pids[1])
    state.write(replace(record, gateway=None))
    again = local.start(project, ignore)
    assert (first.pids[0], first.pids[2]) == (again.pids[0], again.pids[2])


@pytest.mark.slow
def test_two_that_start_it_at_once_start_one(project: Path) -> None:
    """The second waits for the first and gets the same cloud."""
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda _: local.start(project, ignore), range(2)))
    assert started[0] == started[1]


@pytest.mark.long
def test_a_start_that_is_killed_at_any_moment_leaves_no_orphan(project: Path) -> None:
    """After five kills and one good start, the project has three processes; none after stop."""
    script = (
        "import sys, pathlib; from sam_deploy import local; from sam_deploy.events import ignore;"
        "local.start(pathlib.Path(sys.argv[1]), ignore)"
    )
    for seconds in (0.4, 0.6, 0.8, 1.0, 1.3):
        child = subprocess.Popen([sys.executable, "-c", script, str(project)])
        time.sleep(seconds)
        child.kill()
        child.wait()
    started = local.start(project, ignore)
    assert set(started.pids) == servers_of(project)
    local.stop(project)
    assert set() == servers_of(project)


def servers_of(project: Path) -> set[int]:
    """Emulators, gateways and proxies whose working folder belongs to the project."""
    digest = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:12]
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            folder = process.cwd()
            ours = f"sam-deploy-cloud-{digest}-" in folder or folder.startswith(str(project))
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
    return found


@pytest.mark.slow
def test_mails_are_read_oldest_first(project: Path) -> None:
    """What SES sent is there with its text, which is where a one-time code arrives."""
    started = local.start(project, ignore)
    scope = "test/20260101/eu-west-1/ses/aws4_request"
    signed = {
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    }
    for action in (
        {"Action": "VerifyEmailIdentity", "EmailAddress": "a@example.com"},
        {
            "Action": "SendEmail",
            "Source": "a@example.com",
            "Destination.ToAddresses.member.1": "b@example.com",
            "Message.Subject.Data": "Code",
            "Message.Body.Text.Data": "123456",
        },
    ):
        answer = httpx.post(started.endpoint, data=action, headers=signed, trust_env=False)
        assert 200 == answer.status_code
    sent = [
        (mail.sender, mail.recipients, mail.subject, mail.text) for mail in local.mails(started)
    ]
    assert [("a@example.com", ("b@example.com",), "Code", "123456")] == sent
