from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Bucket, Function, Queue, UserPool, UserPoolClient, on_queue
from sam_deploy.errors import ConfigError

SQS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
SSM = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:"
S3 = "arn:${AWS::Partition}:s3:::"


def statements(
    rendered: Any,
    function: str,
) -> dict[str, tuple[list[str], list[Any]]]:
    """Sid -> its actions and its resources, with `Fn::Sub` opened."""
    policy = rendered.properties(f"{function}LambdaPolicy")["PolicyDocument"]
    return {
        each["Sid"]: (
            each["Action"],
            [r.get("Fn::Sub", r) if isinstance(r, dict) else r for r in each["Resource"]],
        )
        for each in policy["Statement"]
    }


@pytest.mark.parametrize(
    ("use", "sid", "actions"),
    [
        (
            "Jobs.read",
            "ReadQueues",
            [
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ChangeMessageVisibility",
            ],
        ),
        (
            "Jobs.write",
            "WriteQueues",
            ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
        ),
        (
            "Jobs",
            "UseQueues",
            [
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ChangeMessageVisibility",
                "sqs:SendMessage",
            ],
        ),
    ],
)
def test_a_queue_is_granted_with_exactly_the_actions_of_its_use(
    use: str,
    sid: str,
    actions: list[str],
    make_app: Callable[..., App],
    render_app: Callable[..., Any],
) -> None:
    """Read, write or both, on the queue of each environment and on no other."""
    functions = [Function("Job", source="job", uses=[use])]
    app = make_app(functions=functions, queues=[Queue("Jobs"), Queue("Others")])
    expected = {sid: (actions, [f"{SQS}JobsDevQ", f"{SQS}JobsProdQ"])}
    assert expected == statements(render_app(app), "Job")


def test_a_bucket_that_is_read_can_be_listed_and_one_that_is_written_cannot(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Objects and bucket are named apart; outside the home region the names carry the region."""
    app = make_app(
        functions=[Function("Job", source="job", uses=["in-box.read", "out-box.write"])],
        buckets=[Bucket("in-box"), Bucket("out-box")],
    )
    read = [f"{S3}in-box-dev${{RegionSuffix}}", f"{S3}in-box-prod${{RegionSuffix}}"]
    written = [f"{S3}out-box-dev${{RegionSuffix}}/*", f"{S3}out-box-prod${{RegionSuffix}}/*"]
    expected = {
        "ReadObjects": (["s3:GetObject"], [f"{arn}/*" for arn in read]),
        "WriteObjects": (["s3:PutObject", "s3:DeleteObject"], written),
        "ListBuckets": (["s3:ListBucket"], read),
    }
    assert expected == statements(render_app(app), "Job")


def test_a_queue_trigger_brings_the_right_to_read_its_queue(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """With `.write` beside it, one statement covers both, and no ARN is named twice."""
    job = Function("Job", source="job", triggers=[on_queue("Jobs")], uses=["Jobs.write"])
    app = make_app(functions=[job], queues=[Queue("Jobs")])
    found = statements(render_app(app), "Job")
    assert ["UseQueues"] == list(found)
    assert [f"{SQS}JobsDevQ", f"{SQS}JobsProdQ"] == found["UseQueues"][1]


def test_settings_are_granted_by_name_in_each_environment(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """C17: exactly the parameters below /{app}/{environment}/ that the function lists."""
    app = make_app(functions=[Function("Job", source="job", settings=["KEY"])])
    prefix = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/shop"
    expected = {"ReadSettings": (["ssm:GetParameter"], [f"{prefix}/dev/KEY", f"{prefix}/prod/KEY"])}
    assert expected == statements(render_app(app), "Job")


def test_a_resource_of_another_feature_set_is_granted_by_its_name(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Names are known before anything exists, so another stack's queue can be named."""
    functions = [Function("Job", source="job", uses=["Jobs.write"], feature_set="extra")]
    rendered = render_app(make_app(functions=functions, queues=[Queue("Jobs")]), "extra")
    assert [f"{SQS}JobsDevQ", f"{SQS}JobsProdQ"] == statements(rendered, "Job")["WriteQueues"][1]
    assert {} == rendered.of_type("AWS::SQS::Queue")


def test_a_user_pool_of_another_feature_set_is_refused(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A pool's ARN holds an id that AWS makes up; a wildcard instead is no least privilege."""
    functions = [Function("Job", source="job", uses=["People"], feature_set="extra")]
    app = make_app(functions=functions, user_pools=[UserPool("People")])
    with pytest.raises(ConfigError) as raised:
        render_app(app, "extra")
    assert "put `Job` and `People` into the same feature set" == raised.value.hint


def test_a_user_pool_is_granted_by_its_arn(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """`all` of a pool: look up, list and delete users, in this stack's pools only; and its ids.

    Those of a client are parameters, too (R104).
    """
    functions = [Function("Job", source="job", uses=["People"])]
    pool = UserPool("People", clients=[UserPoolClient(name="Admin")])
    app = make_app(functions=functions, user_pools=[pool])
    actions = ["cognito-idp:AdminGetUser", "cognito-idp:ListUsers", "cognito-idp:AdminDeleteUser"]
    arns = [
        {"Fn::GetAtt": ["PeopleUserPoolDev", "Arn"]},
        {"Fn::GetAtt": ["PeopleUserPoolProd", "Arn"]},
    ]
    ids = [
        f"{SSM}parameter/shop/{environment}/{name}"
        for name in ("PeopleUserPoolId", "PeopleAdminClientId")
        for environment in ("dev", "prod")
    ]
    assert {
        "UseUsers": (actions, arns),
        "ReadSettings": (["ssm:GetParameter"], ids),
    } == statements(render_app(app), "Job")


def test_nothing_is_read_of_a_pool_whose_ids_are_known(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Ids of pools that existed before the app are in the archive."""
    pool = UserPool("People", existing_ids={"dev": "eu-west-1_d", "prod": "eu-west-1_p"})
    functions = [Function("Job", source="job", uses=["People.write"])]
    rendered = render_app(make_app(functions=functions, user_pools=[pool]))
    assert ["WriteUsers"] == list(statements(rendered, "Job"))


def test_a_function_that_uses_nothing_has_no_policy(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """An empty policy would be refused by IAM."""
    rendered = render_app(make_app(functions=[Function("Job", source="job")]))
    assert {} == rendered.of_type("AWS::IAM::Policy")


@pytest.mark.parametrize("feature_set", ["core", "ams"])
def test_no_policy_of_the_reference_app_has_a_wildcard(
    feature_set: str, dzgro: App, render_app: Callable[..., Any]
) -> None:
    """No `*` in an action, and in a resource only for the objects of one bucket."""
    rendered = render_app(dzgro, feature_set)
    functions = [name.removesuffix("LambdaPolicy") for name in rendered.of_type("AWS::IAM::Policy")]
    granted = [grant for name in functions for grant in statements(rendered, name).values()]
    assert [] == [action for actions, _ in granted for action in actions if "*" in action]
    named = [arn for _, arns in granted for arn in arns if isinstance(arn, str)]
    assert [] == [arn for arn in named if "*" in arn.removesuffix("${RegionSuffix}/*")]
    assert "*" not in named


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("arn:aws:kms:eu-west-1:123456789012:key/1", "arn:aws:kms:eu-west-1:123456789012:key/1"),
        ("alias/shop", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/shop"}}),
    ],
)
def test_a_customer_key_is_granted_with_what_it_encrypts(
    make_app: Callable[..., App], render_app: Callable[..., Any], key: str, expected: Any
) -> None:
    """R280: readers decrypt; a key named by its alias is any key, as long as it has the alias."""
    function = Function("Job", source="job", uses=["Jobs.read", "plain"])
    queues, buckets = [Queue("Jobs", kms_key=key)], [Bucket("plain")]
    rendered = render_app(make_app(functions=[function], queues=queues, buckets=buckets))
    *_, last = rendered.properties("JobLambdaPolicy")["PolicyDocument"]["Statement"]
    assert ("UseKey1", ["kms:Decrypt"]) == (last["Sid"], last["Action"])
    assert expected == (last["Condition"] if "Condition" in last else last["Resource"])
