"""The exported policies against AWS's service authorization reference, for whole example apps."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import botocore.session
import pytest
from botocore import xform_name
from cfnlint.api import ManualArgs, lint
from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.all import get_all_actions
from policy_sentry.querying.arns import get_raw_arns_for_service
from policy_sentry.querying.conditions import get_condition_keys_for_service

from sam_deploy import config
from sam_deploy.cli.exporting import rendered
from sam_deploy.cli.options import Globals
from sam_deploy.export import iam
from sam_deploy.export.iam import operations, roles, statements, things
from sam_deploy.export.iam.calls import rows
from sam_deploy.export.iam.roles import RoleName
from sam_deploy.export.iam.unrecorded import NOT_BY_COMMANDS, every, unrecorded

ROOT = Path(__file__).parents[2]
EXAMPLES = ("dzgro", "portfolio", "monorepo", "alchemiser")
EVENTS = "cloudformation:DescribeEvents"
ROLES: tuple[RoleName, ...] = get_args(RoleName)
ACCOUNT = "123456789012"
GLOBAL_KEYS = {
    "aws:CalledViaFirst",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "iam:PassedToService",
}
WITHOUT_NAME = {
    # every stack of a region, and the stack that something belongs to: IAM asks about `*`
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
}
GATEWAYS = sorted((ROOT / "src" / "sam_deploy" / "aws").glob("*.py"))


@functools.cache
def known() -> frozenset[str]:
    return frozenset(each.lower() for each in get_all_actions())


@functools.cache
def scope(example: str) -> iam.Scope:
    folder = ROOT / "examples" / example
    app = config.load(folder)
    names = [each.name for each in app.environments] if app.topology == "isolated" else [""]
    sources = tuple(
        source
        for name in names
        for source in rendered.sources(Globals(folder, None), name or None, "")[1]
    )
    return iam.scope_of(app, ACCOUNT, sources, ("", ""))


@functools.cache
def written(example: str, role: RoleName) -> tuple[dict[str, Any], ...]:
    return iam.policies_of(role, scope(example), destroy=True)


def parts(example: str, role: RoleName) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every action with every resource that it is allowed on."""
    for policy in written(example, role):
        for each in policy["Statement"]:
            for action in each["Action"]:
                for resource in each["Resource"]:
                    yield action, resource, each


def forms(action: str) -> list[str]:
    service, name = action.split(":")
    if service == "apigateway":
        # policy_sentry has the actions' resources of HTTP APIs alone, and the ARNs of all
        return list(get_raw_arns_for_service(service))
    return [each["resource_arn_format"] for each in get_action_data(service, name)[service]]


def fits(arn: str, form: str) -> bool:
    """Whether some ARN of a form is covered; `*` in the policy stands for anything."""
    pattern = "".join(
        ".*" if part.startswith("${") else re.escape(part)
        for part in re.split(r"(\$\{[^}]+\})", form)
    )
    return any(re.fullmatch(pattern, each) for each in (arn, arn.removesuffix(":*")))


every_policy = pytest.mark.parametrize(
    ("example", "role"), [(example, role) for example in EXAMPLES for role in ROLES]
)


@every_policy
def test_every_action_exists_and_none_is_a_pattern(example: str, role: RoleName) -> None:
    """What IAM does not know allows nothing, and a pattern allows what nobody has looked at."""
    named = {action for action, _, _ in parts(example, role)}
    assert 4 < len(named)
    assert set() == {each for each in named if "*" in each or each.lower() not in known()}


@every_policy
def test_every_action_supports_its_resource(example: str, role: RoleName) -> None:
    """IAM takes any pair and grants nothing for a wrong one."""
    wrong = {
        (action, arn)
        for action, arn, _ in parts(example, role)
        if arn != "*" and not any(fits(arn, form) for form in forms(action))
    }
    # the SAM transform. Source: CloudFormation user guide, "Control access with IAM"
    assert {"cloudformation:CreateChangeSet"} >= {
        action for action, arn in wrong if arn.endswith(":aws:transform/Serverless-2016-10-31")
    }
    assert set() == {each for each in wrong if ":aws:transform/" not in each[1]}


@every_policy
def test_everything_is_the_resource_only_of_what_has_none(example: str, role: RoleName) -> None:
    """And these are kept to the app's regions."""
    for action, arn, statement in parts(example, role):
        if arn == "*":
            assert action in WITHOUT_NAME or ["*"] == forms(action), action
            regions = statement.get("Condition", {}).get("StringEquals", {})
            assert "aws:RequestedRegion" in regions or action == "s3:ListAllMyBuckets", action


@every_policy
def test_every_condition_key_exists(example: str, role: RoleName) -> None:
    """A key that no request has would make a statement allow nothing."""
    for action, _, statement in parts(example, role):
        keys = {key for keys in statement.get("Condition", {}).values() for key in keys}
        own = set(get_condition_keys_for_service(action.split(":")[0]))
        assert set() == keys - GLOBAL_KEYS - own


@every_policy
def test_a_role_fits_into_what_iam_takes(example: str, role: RoleName) -> None:
    """6,144 characters each, ten of them, and every Sid of a policy once."""
    made = written(example, role)
    assert 1 <= len(made) <= statements.ATTACHED_MOST
    assert statements.POLICY_CHARACTERS >= max(map(statements.size, made))
    for policy in made:
        sids = [each["Sid"] for each in policy["Statement"]]
        assert sorted(set(sids)) == sorted(sids)
        assert all(re.fullmatch("[A-Za-z0-9]+", each) for each in sids)


def test_what_was_found_wrong_with_our_change_sets_may_be_read() -> None:
    """DescribeEvents names a change set by an ARN that does not tell its stack."""
    allowed = {arn for action, arn, _ in parts("dzgro", "deployer") if action == EVENTS}
    assert any(re.fullmatch(r"arn:aws:.+:changeSet/sd-\*/\*", each) for each in allowed)
    assert all(":changeSet/sd-" in each or ":stack/dzgro-" in each for each in allowed)


@every_policy
def test_names_of_other_apps_are_not_covered(example: str, role: RoleName) -> None:
    """Functions, queues, tables, buckets, roles, parameters: by name, never all of the account."""
    named = {(service, kind) for each in things.KINDS.values() for service, kind, _ in each.arns}
    open_ended = {
        (action, arn)
        for action, arn, _ in parts(example, role)
        if arn.split(":", 5)[-1] in {"*", "function:*", "table/*", "role/*", "parameter/*"}
        and any((action.split(":")[0], kind) in named for kind in ("function", "table", "role"))
    }
    assert set() == {(action, arn) for action, arn in open_ended if arn != "*"}


@pytest.mark.parametrize("role", ["deployer", "promoter"])
def test_who_can_pass_a_role_says_to_whom(role: RoleName) -> None:
    """And passes the app's own alone."""
    found = [
        (arn, each["Condition"]["StringEquals"]["iam:PassedToService"])
        for action, arn, each in parts("dzgro", role)
        if action == "iam:PassRole"
    ]
    assert found
    for arn, to in found:
        assert re.fullmatch(r"arn:aws:iam::123456789012:role/(dzgro-sam|sam-deploy-dzgro)-.+", arn)
        assert all(each.endswith(".amazonaws.com") for each in to)


def test_rights_of_stacks_are_for_cloudformation_alone() -> None:
    """The deployer cannot make a role, or change a function's permissions, by hand."""
    for action, arn, each in parts("dzgro", "deployer"):
        if action in {"iam:PutRolePolicy", "iam:CreateRole", "lambda:AddPermission"}:
            via = each["Condition"]["StringEquals"]
            assert ["cloudformation.amazonaws.com"] == via["aws:CalledViaFirst"], arn


def test_a_broker_takes_the_right_to_move_aliases() -> None:
    """With one, no role may call UpdateAlias; deployer and promoter ask the broker."""
    brokered = functools.partial(
        _with_broker, scope("dzgro"), broker="dzgro-broker", broker_region="eu-west-1"
    )
    assert not any("lambda:UpdateAlias" in each for each in _actions(brokered()).values())
    before = _actions(scope("dzgro"))
    assert {"deployer", "promoter", "execution"} == {
        role for role, actions in before.items() if "lambda:UpdateAlias" in actions
    }


def _with_broker(given: iam.Scope, **change: str) -> iam.Scope:
    from dataclasses import replace  # noqa: PLC0415 - only here

    return replace(given, **change)  # type: ignore[arg-type]


def _actions(given: iam.Scope) -> dict[str, set[str]]:
    return {
        role: {action for each in iam.statements_of(role, given) for action in each.actions}
        for role in ROLES
    }


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_cfn_lint_takes_the_template(role: RoleName) -> None:
    """Policies, and a role that trusts a pipeline or CloudFormation."""
    made = scope("portfolio")
    trust = (
        iam.by_cloudformation(made)
        if role == "execution"
        else iam.by_token(iam.project_of("github:acme/orders"), made, ("dev",), "main")
    )
    policies = iam.policies_of(role, made)
    app = iam.Written("portfolio", role, "a role", policies, trust)
    (text,) = iam.files(app, "cloudformation").values()
    assert [] == lint(text, config=ManualArgs(regions=["us-east-1"]))
    assert json.loads(iam.document(app))["trust"] == trust


def called_by_gateways() -> set[str]:
    """Every operation that a gateway names, by the SDK's own descriptions of the services."""
    session = botocore.session.Session()
    found: set[str] = set()
    for file in GATEWAYS:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | texts
        services = texts & set(session.get_available_services())
        # these two get their client from whoever calls them
        services |= {"s3"} if file.stem in {"hardening", "checksums"} else set()
        for service in services:
            model = session.get_service_model(service)
            methods = {xform_name(each): each for each in model.operation_names}
            found |= {
                operations.call_of(model.signing_name, methods[name])
                for name in names & set(methods)
            }
    return found


def test_every_call_of_a_gateway_is_listed() -> None:
    """Recorded, or in the list of those that no test reaches, or of those that no role needs."""
    listed = {each.call for each in every()} | set(NOT_BY_COMMANDS)
    assert 70 < len(called_by_gateways())
    assert set() == called_by_gateways() - listed


def test_the_lists_hold_nothing_that_no_gateway_calls() -> None:
    """A call that went away goes out of the policies, too."""
    assert set() == {each.call for each in every()} - called_by_gateways()
    assert set() == set(NOT_BY_COMMANDS) - called_by_gateways()


def test_a_command_stands_for_those_below_it() -> None:
    """`audit` is for `audit verify`, `settings` for `settings set`."""
    places = {each.place for each in roles.calls_of("reader", scope("dzgro"))}
    assert {"audit", "releases"} <= places
    given = {action for action, _, _ in parts("dzgro", "deployer")}
    assert {"ssm:PutParameter", "secretsmanager:PutSecretValue"} <= given


def test_every_place_of_a_call_is_known() -> None:
    """A key of the artifact bucket that begins in a new way has its ARN, and its duty."""
    known_places = {*operations.RECORDS, *operations.ARCHIVES, "artifact-bucket", "app-bucket", ""}
    assert set() == {each.place for each in every() if each.call.startswith("s3:")} - known_places
    writes = {each.duty for each in every() if each.call == "s3:PutObject"}
    assert {"record", "provide"} == writes


def test_log_groups_are_named_with_their_slash() -> None:
    """`/aws/lambda/ApiFunction`: only a parameter's ARN begins without it."""
    named = {
        arn.split(":log-group:")[1]
        for action, arn, _ in parts("dzgro", "reader")
        if action == "logs:FilterLogEvents"
    }
    assert "/aws/lambda/ApiFunction:*" in named
    assert all(each.startswith("/") for each in named)


def test_every_action_of_a_call_exists() -> None:
    """The API's names are translated to IAM's: s3:HeadObject is no permission."""
    actions = {action for each in every() for action in each.actions}
    assert set() == {each for each in actions if each.lower() not in known()}


def test_what_is_recorded_is_not_called_unrecorded() -> None:
    """A reason that does not hold any more goes."""
    recorded = {(each.call, each.place, command) for each in rows() for command in each.commands}
    assert set() == recorded & {
        (each.call, each.place, command) for each in unrecorded() for command in each.commands
    }
