from __future__ import annotations

from sam_deploy.aws import Endpoint
from sam_deploy.executor import environment

SETTINGS = {
    "SAM_CLI_TELEMETRY": "0",
    "SAM_CLI_POLL_DELAY": "1",
    "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "1",
    "COLUMNS": "1100",
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",
}


def test_telemetry_is_off_and_events_come_every_second() -> None:
    """By itself the SAM CLI reports what it is used for, and asks every five seconds."""
    assert {"PATH": "/bin", **SETTINGS} == environment.variables({"PATH": "/bin"}, {})


def test_settings_that_nobody_sees_here_are_dropped() -> None:
    """A role from a shell's SAM_CLI_ROLE_ARN, or another Python's packages, would surprise."""
    own = {"SAM_CLI_ROLE_ARN": "arn", "SAM_DEPLOY_SAM": "x", "PYTHONPATH": "/x", "HOME": "/h"}
    assert {"HOME": "/h", **SETTINGS} == environment.variables(own, {})


def test_the_embedded_cloud_is_reached_with_nothing_of_aws() -> None:
    """No profile, token or endpoint of the shell can lead a local deployment to AWS."""
    endpoint = Endpoint("embedded", "http://127.0.0.1:1", "", "test", "secret")
    own = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "t", "AWS_ENDPOINT_URL_S3": "http://x"}
    given = environment.credentials(endpoint)
    assert {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "secret",
        **SETTINGS,
    } == environment.variables(own, given)


def test_a_profile_wins_over_keys_of_the_shell() -> None:
    """As in our own engine; the SDK alone would prefer the keys: another account, maybe."""
    own = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CONFIG_FILE": "/c"}
    given = environment.credentials(Endpoint("aws", profile="prod"))
    assert {"AWS_PROFILE": "prod", "AWS_CONFIG_FILE": "/c", **SETTINGS} == environment.variables(
        own, given
    )


def test_wsl_is_told_what_to_hand_on() -> None:
    """R141: Windows hands on only what WSLENV names; WSL translates files by `/p`."""
    found = environment.for_wsl(
        {
            "USERPROFILE": "C:\\Users\\ann",
            "Path": "C:\\x",
            "AWS_PROFILE": "prod",
            "HTTPS_PROXY": "http://proxy",
            "SAM_CLI_TELEMETRY": "0",
            "WSLENV": "MINE/u",
        }
    )
    assert "C:\\Users\\ann\\.aws\\config" == found["AWS_CONFIG_FILE"]
    assert (
        "MINE/u:AWS_CONFIG_FILE/p:AWS_PROFILE:AWS_SHARED_CREDENTIALS_FILE/p:HTTPS_PROXY:"
        "SAM_CLI_TELEMETRY"
    ) == found["WSLENV"]


def test_wsl_is_given_no_files_beside_keys() -> None:
    """Where keys are given, nothing else may be found."""
    found = environment.for_wsl({"USERPROFILE": "C:\\u", "AWS_ACCESS_KEY_ID": "test"})
    assert {"AWS_ACCESS_KEY_ID"} == {name for name in found if name.startswith("AWS_")}
    assert "AWS_ACCESS_KEY_ID" == found["WSLENV"]
