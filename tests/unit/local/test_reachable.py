from __future__ import annotations

import pytest

from sam_deploy.local.reachable import answered

GATEWAY = "http://127.0.0.1:3000"
HOME = "eu-west-1"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("http://abc1.execute-api.localhost:40021/dev", f"{GATEWAY}/eu-west-1/abc1/dev"),
        ("https://abc1.execute-api.us-east-1.amazonaws.com/dev", f"{GATEWAY}/us-east-1/abc1/dev"),
        (
            "https://abc1.execute-api.cn-north-1.amazonaws.com.cn/v1/pets",
            f"{GATEWAY}/cn-north-1/abc1/v1/pets",
        ),
        ("https://abc1.execute-api.us-east-1.amazonaws.com", f"{GATEWAY}/us-east-1/abc1"),
        ("https://u7.lambda-url.eu-west-1.on.aws/", f"{GATEWAY}/eu-west-1/lambda-url/u7/"),
        (
            "curl https://u7.lambda-url.eu-west-1.on.aws/?a=1 https://example.com",
            f"curl {GATEWAY}/eu-west-1/lambda-url/u7/?a=1 https://example.com",
        ),
    ],
)
def test_what_aws_tells_is_where_the_gateway_answers(told: str, expected: str) -> None:
    """With the stage and the path behind it; a region that is not named is the stack's."""
    assert expected == answered(GATEWAY, HOME, told)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "abc1",
        "https://api.example.com",
        "wss://abc1.execute-api.us-east-1.amazonaws.com/dev",
        "abc1.execute-api.us-east-1.amazonaws.com",
        "arn:aws:execute-api:us-east-1:000000000000:abc1/dev/GET/pets",
        "https://sqs.us-east-1.amazonaws.com/000000000000/Jobs",
        f"{GATEWAY}/eu-west-1/abc1/dev",
    ],
)
def test_everything_else_stays(told: str) -> None:
    """Domains of one's own, WebSocket APIs, names, ARNs, queues."""
    assert told == answered(GATEWAY, HOME, told)
