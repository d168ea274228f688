from __future__ import annotations

from sam_deploy.executor.settings import complete

BODY = """
Parameters:
  Given: {Type: String, Default: a}
  Number: {Type: Number, Default: 3}
  Flag: {Type: String, Default: true}
  Required: {Type: String}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Given}}
"""


def test_defaults_are_said_too() -> None:
    """Otherwise the SAM CLI keeps the value of the last deployment, unlike our own engine."""
    assert {"Given": "b", "Number": "3", "Flag": "true", "Required": "x"} == complete(
        BODY, {"Given": "b", "Required": "x"}, "s"
    )


def test_what_is_kept_is_not_said() -> None:
    """The SAM CLI then keeps the value of the last deployment; one that is given is said."""
    assert {"Given": "b", "Flag": "true"} == complete(
        BODY, {"Given": "b"}, "s", ("Number", "Given")
    )


def test_a_template_without_parameters_has_none() -> None:
    """And is not refused."""
    assert {} == complete("Resources: {}", {}, "s")
