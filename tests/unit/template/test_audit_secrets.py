from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.template.checks.audit import audit

Found = list[tuple[str, str, str]]


def hits(rule: str, resources: dict[str, Any], **sections: Any) -> Found:
    document = {"Resources": resources, **sections}
    return [(e.severity, e.logical_id, e.where) for e in audit(document) if e.rule == rule]


KEY = "AKIA" + "IOSFODNN7EXAMPLE"
RANDOM = "q9Xv27LmZ0pTr5Bk" + "Yw8Ns3Hd"


def function(**variables: Any) -> dict[str, Any]:
    given = {"Environment": {"Variables": variables}}
    return {"F": {"Type": "AWS::Lambda::Function", "Properties": given}}


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "ASIA" + "IOSFODNN7EXAMPLE",
        "rzp_live_" + "ABCdef12345678",
        "sk_live_" + "abcdefghijklmnop1234",
        "ghp_" + "a1B2" * 9,
        "xoxb-" + "123456789012-abcdef",
        "https://hooks.slack.com/services/" + "T00000000/B00000000/abcdefghijkl",
        "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
        "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
        "mongodb+srv://shop:" + "hunter2@cluster0.example.net/db",
    ],
)
def test_known_forms_of_secrets_are_errors(secret: str) -> None:
    """By their form alone, whatever the variable is called (R280)."""
    where = "Environment.Variables.PLAIN"
    found = audit({"Resources": function(PLAIN=f"see\n{secret}")})
    mine = [each for each in found if each.rule == "plaintext-secret"]
    assert [("error", "F", where)] == [(e.severity, e.logical_id, e.where) for e in mine]
    assert [] == [each for each in found if secret in str(each)]


def test_a_secret_is_found_anywhere_in_the_template() -> None:
    """In defaults, mappings, outputs, and deep inside of a property."""
    deep = {"Type": "X::Y::Z", "Properties": {"A": [{"B": {"Fn::Sub": f"k={KEY}"}}]}}
    found = hits(
        "plaintext-secret",
        {"R": deep},
        Parameters={"Given": {"Default": KEY}},
        Mappings={"M": {"a": {"b": KEY}}},
        Outputs={"O": {"Value": KEY}},
    )
    expected = [
        ("error", "R", "A[0].B.Fn::Sub"),
        ("error", "", "Parameters.Given.Default"),
        ("error", "", "Mappings.M.a.b"),
        ("error", "", "Outputs.O.Value"),
    ]
    assert expected == found


@pytest.mark.parametrize(
    "harmless",
    [
        "https://user.example.com/a:b@c",
        "mongodb://shop:{{resolve:secretsmanager:db}}@host",
        {"Fn::Sub": "postgres://u:${Password}@host/db"},
        "sk-some-resource-name",
        "AKIAshort",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:AKI",
    ],
)
def test_what_only_looks_alike_is_left_alone(harmless: Any) -> None:
    """References, names and addresses are no secrets."""
    assert [] == hits("plaintext-secret", function(PLAIN=harmless))


@pytest.mark.parametrize(
    ("name", "value", "severity"),
    [
        ("DB_PASSWORD", RANDOM, "error"),
        ("apiToken", RANDOM, "error"),
        ("RAZORPAY_KEY", RANDOM, "error"),
        ("DB_PASSWORD", "hunter2", "warning"),
        ("OBJECT_KEY", "incoming/2026-report.csv", ""),
        ("SECRET_NAME", RANDOM, ""),
        ("TOKEN_TTL_SECONDS", "123456789012345678", ""),
        ("DB_PASSWORD", "{{resolve:ssm-secure:/shop/db}}", ""),
        ("DB_PASSWORD", "/shop/prod/DB_PASSWORD", ""),
        ("DB_PASSWORD", {"Ref": "Password"}, ""),
        ("DB_PASSWORD_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:a", ""),
        ("ENABLE_TOKEN", "true", ""),
        ("GREETING", RANDOM, ""),
    ],
)
def test_a_name_and_a_look_tell_a_secret(name: str, value: Any, severity: str) -> None:
    """Random under a telling name is an error, a word a warning, a reference nothing."""
    where = f"Environment.Variables.{name}"
    expected = [(severity, "F", where)] if severity else []
    assert expected == hits("likely-secret", function(**{name: value}))


def test_a_password_written_out_in_a_property_or_a_default_is_found() -> None:
    """Not every secret is a variable."""
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": RANDOM}}
    given = {"DbPassword": {"Type": "String", "Default": RANDOM, "NoEcho": True}}
    found = hits("likely-secret", {"D": database}, Parameters=given)
    expected = [
        ("error", "D", "MasterUserPassword"),
        ("error", "", "Parameters.DbPassword.Default"),
    ]
    assert expected == found


def test_a_parameter_that_takes_a_secret_is_not_shown() -> None:
    """NoEcho, or the name of a parameter in Parameter Store."""
    parameters = {
        "ApiToken": {"Type": "String"},
        "DbPassword": {"Type": "String", "NoEcho": "true"},
        "WebhookSecret": {"Type": "AWS::SSM::Parameter::Value<String>"},
        "SecretArn": {"Type": "String"},
    }
    found = hits("parameter-no-echo", {}, Parameters=parameters)
    assert [("warning", "", "Parameters.ApiToken.NoEcho")] == found
