"""Whether somebody could go around the broker: IAM's answers, in the embedded cloud's words."""

from __future__ import annotations

import json

import pytest
from tests.contract.conftest import aws
from tests.contract.test_broker_policies import ACCOUNT, SCOPE

from sam_deploy import local
from sam_deploy.aws import Aws, DeniedError, Endpoint, Simulation
from sam_deploy.broker.around import ways_around
from sam_deploy.broker.policies import policies

HOME = "eu-west-1"
API = f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:ApiFunction"
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
ALIASES = ("lambda:UpdateAlias", "lambda:GetAlias")


@pytest.fixture
def place(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


def test_iam_says_what_a_policy_leaves(cloud: local.RunningCloud, place: Aws) -> None:
    """Who may do everything may move aliases, until the policy for people is attached."""
    iam = aws(cloud.endpoint, "iam")
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    iam.put_user_policy(
        UserName="ann", PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING)
    )
    simulation = Simulation(place, HOME)
    both = tuple((action, API) for action in ALIASES)
    assert both == simulation.allowed(arn, ALIASES, [API])
    for number, each in enumerate(policies(SCOPE, "people")):
        iam.put_user_policy(
            UserName="ann", PolicyName=f"people{number}", PolicyDocument=json.dumps(each)
        )
    assert both[1:] == simulation.allowed(arn, ALIASES, [API])


def test_a_role_is_known_by_its_path(cloud: local.RunningCloud, place: Aws) -> None:
    """The ARN of a session does not have it, and IAM wants it."""
    iam = aws(cloud.endpoint, "iam")
    trust = {"Version": "2012-10-17", "Statement": []}
    made = iam.create_role(
        RoleName="ci", Path="/teams/", AssumeRolePolicyDocument=json.dumps(trust)
    )
    session = "arn:aws:sts::000000000000:assumed-role/ci/run-17"
    assert made["Role"]["Arn"] == Simulation(place, HOME).principal(session)


def test_root_can_do_everything(place: Aws) -> None:
    """IAM is not asked: it has no policies of root."""
    assert ("the root of an account may do everything",) == ways_around(place, SCOPE, HOME).ways


class Silent(Aws):
    """Credentials that may not ask IAM."""

    def client(self, service: str, region: str, *, retries: bool = True) -> object:
        """Return the client, but for IAM."""
        if service == "iam":
            raise DeniedError("iam:SimulatePrincipalPolicy", region, "not authorized", "ann")
        return super().client(service, region, retries=retries)


def test_who_may_not_ask_is_told_that_nobody_knows(cloud: local.RunningCloud) -> None:
    """Not that there is no way: that would be a guess."""
    silent = Silent(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    silent.caller(HOME)
    silent._caller = type(silent.caller(HOME))(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/ann")  # noqa: SLF001 - the embedded cloud knows root alone
    told = ways_around(silent, SCOPE, HOME)
    assert ((), "IAM does not say (not authorized)") == (told.ways, told.unknown)
