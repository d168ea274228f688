"""The API as plain Python, and deployed: once by `deploy.py`, once by the template.

Both stacks stand side by side in the embedded cloud of this session. `sam_deploy_app` comes from
sam-deploy's pytest plugin.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings

EXAMPLE = Path(__file__).parents[1]
PASSWORD = "Correct-Horse-7-battery"
LEFT_OUT = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__", "tests")

sys.path.insert(0, str(EXAMPLE / "backend"))
for variable in [name for name in os.environ if name.startswith(("AWS_", "COGNITO_"))]:
    del os.environ[variable]  # a developer's shell decides nothing here

# a busy computer is no reason to fail
settings.register_profile("examples", deadline=None)
settings.load_profile("examples")


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of the example, and the commands that a user gives."""

    folder: Path

    def run(self, *arguments: str) -> str:
        """Return what `sam-deploy` writes to standard output; anything but success is an error."""
        command = [sys.executable, "-m", "sam_deploy", "-C", str(self.folder), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stack of the API: the cloud it is in, where it answers, its pool."""

    app: Any
    url: str
    environment: str
    origins: tuple[str, ...]
    pool_id: str

    def add_user(self, role: str = "") -> str:
        """Make a user, as an administrator does, and return the e-mail address."""
        email = f"{uuid.uuid4().hex}@example.com"
        cognito = self.app.client("cognito-idp")
        attributes = {"email": email, "email_verified": "true", "name": "Ann"}
        if role:
            attributes["custom:role"] = role
        cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )
        cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=email, Password=PASSWORD, Permanent=True
        )
        return email


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the example, for what changes its files."""
    folder = tmp_path_factory.mktemp("example") / "portfolio"
    shutil.copytree(EXAMPLE, folder, ignore=LEFT_OUT)
    return Project(folder)


@pytest.fixture(scope="session")
def by_config(sam_deploy_app: Any) -> Deployed:
    """The stack of `deploy.py`, in development."""
    return Deployed(
        sam_deploy_app,
        sam_deploy_app.url("development"),
        "development",
        ("https://dev.patrickcmd.dev", "http://localhost:3000"),
        sam_deploy_app.run("outputs", "--name", "PeopleUserPoolDevelopmentId").stdout.strip(),
    )


@pytest.fixture(scope="session")
def by_template(sam_deploy_app: Any) -> Deployed:
    """The stack of `aws/backend.yaml`, in production, beside the other one."""
    app, given = sam_deploy_app, ("--template", "aws/backend.yaml", "--config-env", "production")
    app.run("deploy", *given)
    api, pool = (
        app.run("outputs", *given, "--name", name).stdout.strip()
        for name in ("ApiId", "UserPoolId")
    )
    return Deployed(
        app,
        f"{app.gateway}/{app.home_region}/{api}/production",
        "production",
        ("https://patrickcmd.dev", "https://www.patrickcmd.dev"),
        pool,
    )


@pytest.fixture(scope="session", params=["by_config", "by_template"])
def deployed(request: pytest.FixtureRequest) -> Deployed:
    """Each of the two stacks in turn."""
    stack: Deployed = request.getfixturevalue(request.param)
    return stack


def signed_in(deployed: Deployed, email: str) -> httpx.Client:
    """Return a client that sends the ID token of a user, and keeps no cookies of others."""
    login = {"email": email, "password": PASSWORD}
    answer = httpx.post(f"{deployed.url}/auth/login", json=login, trust_env=False, timeout=60)
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['id_token']}"}
    return httpx.Client(base_url=deployed.url, headers=headers, trust_env=False, timeout=60)


@pytest.fixture(scope="session")
def clients() -> Iterator[contextlib.ExitStack]:
    """Close every client at the end."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def owner(deployed: Deployed, clients: contextlib.ExitStack) -> httpx.Client:
    """The owner, signed in."""
    return clients.enter_context(signed_in(deployed, deployed.add_user("owner")))


@pytest.fixture(scope="session")
def owner_of_config(by_config: Deployed, clients: contextlib.ExitStack) -> httpx.Client:
    """The owner of the stack of `deploy.py`, signed in."""
    return clients.enter_context(signed_in(by_config, by_config.add_user("owner")))


@pytest.fixture(scope="session")
def reader(deployed: Deployed, clients: contextlib.ExitStack) -> httpx.Client:
    """Somebody with an account and no role, signed in."""
    return clients.enter_context(signed_in(deployed, deployed.add_user()))


@pytest.fixture
def anybody(deployed: Deployed) -> Iterator[httpx.Client]:
    """A browser without token and cookies."""
    with httpx.Client(base_url=deployed.url, trust_env=False, timeout=60) as client:
        yield client
