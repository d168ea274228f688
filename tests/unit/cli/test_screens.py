from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.amounts import plural
from sam_deploy.aws import Change
from sam_deploy.build import Artifact, Artifacts
from sam_deploy.build.model import Effort
from sam_deploy.build.prune import Size
from sam_deploy.cli import screens
from sam_deploy.cli.deploying import deploy_screens
from sam_deploy.cli.standing import status_screens
from sam_deploy.delivery import Delivery
from sam_deploy.deploy import Deployment, StackOutcome
from sam_deploy.errors import ConfigError
from sam_deploy.manifest import Manifest
from sam_deploy.provide import Needs, Provisions, RegionProvisions
from sam_deploy.release import Moved, Release, Served
from sam_deploy.workflow import Result

HERE, THERE = "eu-west-1", "us-east-1"
SERVED = (
    Served("Api", "core", HERE, "dev", "3"),
    Served("Api", "core", HERE, "prod", "2", (("3", 0.1),)),
    Served("Api", "core", THERE, "dev", "2"),
    Served("Api", "core", THERE, "prod", "2"),
    Served("Extra", "extra", THERE, "dev", ""),
    Served("Extra", "extra", THERE, "prod", ""),
)


def artifact(name: str, *, reused: bool, size: int = 1000) -> Artifact:
    return Artifact(
        key=f"function/{name}",
        name=name,
        kind="function",
        archive=f"{name}.zip",
        path=Path("/store") / name,
        sha256="ab",
        code_sha256="q80=",
        size_bytes=size,
        unpacked_bytes=3 * size,
        files=7,
        reused=reused,
        seconds=1.23456,
    )


BUILT = Artifacts(
    {
        "function/Api": artifact("Api", reused=False, size=2_500_000),
        "function/Old": artifact("Old", reused=True),
    }
)


def result(outcome: str = "updated", *, changed: bool = True) -> Result:
    """A deployment of one stack to one region; `changed`: dev was moved."""
    done = StackOutcome(
        "shop-sam",
        HERE,
        outcome,  # type: ignore[arg-type] # one of the three
        (Change("Modify", "ApiFunction", "AWS::Lambda::Function", "False"),),
        {"Url": "https://x"},
        2.34567,
    )
    moved = (
        Moved(HERE, "ApiFunction", "dev", "2", "1", changed=changed),
        Moved(THERE, "ApiFunction", "dev", "2", "1", changed=changed),
        Moved(HERE, "OldFunction", "dev", "1", "1", changed=False),
    )
    needs = Needs("shop", HERE, (HERE,), (), ())
    return Result(
        manifest=Manifest("shop", HERE, "dev", (), {}, needs),
        artifacts=BUILT,
        delivery=Delivery(
            provisions=Provisions(
                "123456789012", {HERE: RegionProvisions("bucket", {"deps": "arn"}, 1, 2000, 3)}
            ),
            reviews=(),
            deployment=Deployment({("shop-sam", HERE): done}, {}, ()),
            release=Release("dev", moved),
        ),
    )


def test_status_is_functions_by_regions() -> None:
    """A cell has the versions of the environments in order, weights included."""
    assert (
        "function  eu-west-1  us-east-1\n"
        "--------  ---------  ---------\n"
        "Api       3 2+3@10%  2 2\n"
        "Extra                - -\n"
        "\n"
        "versions in the order dev prod; - is not deployed"
    ) == screens.status_table(SERVED)


def test_status_of_nothing_is_an_empty_table() -> None:
    """An app without functions has a head and no rows."""
    assert screens.status_table(()).startswith("function\n--------\n")


def test_status_marks_code_that_no_stack_has() -> None:
    """`deploy --watch` leaves it behind; a legend says what ends it."""
    served = [replace(each, hot=each.environment == "dev") for each in SERVED]
    assert "*" not in screens.status_table(SERVED)
    shown = screens.status_table(served)
    assert "* serves code of `deploy --watch`" in shown
    assert all(
        each["hot"] == (each["environment"] == "dev")
        for each in status_screens.status_rows(served, {}, (), {})
    )


def test_status_json_has_an_object_for_each_place() -> None:
    """`version` is null where nothing is deployed."""
    found = status_screens.status_rows(SERVED, {}, (), {"prod": "`promote prod` was not finished"})
    assert {
        "function": "Api",
        "feature_set": "core",
        "region": HERE,
        "environment": "prod",
        "version": "2",
        "weights": {"3": 0.1},
        "hot": False,
        "release": None,
        "drift": False,
        "unfinished": "`promote prod` was not finished",
    } == found[1]
    assert found[0]["unfinished"] is None
    assert [None, None] == [each["version"] for each in found[4:]]
    assert len(SERVED) == len(found)


@pytest.mark.parametrize(
    ("outcome", "changed", "expected"),
    [
        (
            "updated",
            True,
            (
                "Deployed 1 stack in 1 region, in 3.2 s; "
                "dev serves new versions of 1 function (ApiFunction)"
            ),
        ),
        (
            "no changes",
            False,
            (
                "No changes: 1 stack as it should be, in 3.2 s; "
                "dev serves the same versions of 2 functions"
            ),
        ),
        (
            "created",
            False,
            (
                "Deployed 1 stack in 1 region, in 3.2 s; "
                "dev serves the first versions of 2 functions"
            ),
        ),
    ],
)
def test_the_last_line_of_a_deployment(outcome: str, expected: str, *, changed: bool) -> None:
    """What changed, how long it took, what the first environment serves."""
    assert expected == deploy_screens.deploy_text(result(outcome, changed=changed), 3.21)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (False, "the first version of 1 function (NotesFunction)"),
        (
            True,
            "new versions of 1 function (ApiFunction), and the first of 1 function (NotesFunction)",
        ),
    ],
)
def test_a_function_that_was_added_is_named(expected: str, *, changed: bool) -> None:
    """Its stack stood before; so nothing was moved for it, and it is new all the same."""
    made = result("updated", changed=changed)
    (place,) = made.deployment.done.values()
    more = (*place.changes, Change("Add", "NotesFunction", "AWS::Lambda::Function"))
    done = {("shop-sam", HERE): replace(place, changes=more)}
    delivery = replace(made.delivery, deployment=replace(made.deployment, done=done))
    text = deploy_screens.deploy_text(replace(made, delivery=delivery), 3.21)
    assert text.endswith(f"dev serves {expected}")


def test_a_release_without_a_stack_change_is_no_deployment_of_nothing() -> None:
    """An earlier run was killed before it published: this one did, and says that."""
    text = deploy_screens.deploy_text(result("no changes", changed=True), 3.21)
    assert "Deployed 0 stacks" not in text
    assert text.endswith("dev serves new versions of 1 function (ApiFunction)")


def test_deploy_json_is_everything_that_was_done() -> None:
    """Regions, stacks with their changes, and the release."""
    assert {
        "app": "shop",
        "target": "aws",
        "account": "123456789012",
        "changed": True,
        "seconds": 3.211,
        "build": {"built": 1, "reused": 1},
        "regions": {
            HERE: {
                "bucket": "bucket",
                "archives_new": 1,
                "bytes_sent": 2000,
                "layers_published": 3,
            }
        },
        "stacks": [
            {
                "stack": "shop-sam",
                "region": HERE,
                "outcome": "updated",
                "seconds": 2.346,
                "changes": [
                    {
                        "action": "Modify",
                        "logical_id": "ApiFunction",
                        "type": "AWS::Lambda::Function",
                        "replacement": "False",
                    }
                ],
                "outputs": {"Url": "https://x"},
            }
        ],
        "release": {
            "environment": "dev",
            "changed": 2,
            "functions": [
                {
                    "function": name,
                    "region": region,
                    "alias": "dev",
                    "version": version,
                    "previous": "1",
                    "changed": version == "2",
                }
                for name, region, version in (
                    ("ApiFunction", HERE, "2"),
                    ("ApiFunction", THERE, "2"),
                    ("OldFunction", HERE, "1"),
                )
            ],
        },
    } == json.loads(deploy_screens.deploy_json(result(), "aws", 3.2109))


@pytest.mark.parametrize(
    ("outcome", "moved", "changed"),
    [("no changes", False, False), ("no changes", True, True), ("updated", False, True)],
)
def test_changed_is_a_stack_or_an_alias(outcome: str, *, moved: bool, changed: bool) -> None:
    """What a script looks at to know whether anything happened."""
    document = json.loads(deploy_screens.deploy_json(result(outcome, changed=moved), "aws", 1))
    assert changed == document["changed"]


def test_the_table_of_a_build_ends_with_a_sum() -> None:
    """The largest archive last, next to the sum."""
    assert (
        "archive  kind      zipped  unpacked  files\n"
        "-------  --------  ------  --------  -----  --------------\n"
        "Old.zip  function  1 kB    3 kB      7      unchanged\n"
        "Api.zip  function  2.5 MB  7.5 MB    7      built in 1.2 s\n"
        "\n"
        "1 built, 1 unchanged, 2.5 MB, in 3.2 s"
    ) == screens.build_text(BUILT, 3.21)


def test_build_json_has_every_archive_in_the_order_of_the_plan() -> None:
    """Sizes in bytes, times in seconds with three digits."""
    document = json.loads(screens.build_json(BUILT, 3.21111))
    assert (3.211, 1, 1) == (document["seconds"], document["built"], document["reused"])
    assert {
        "name": "Api",
        "kind": "function",
        "archive": "Api.zip",
        "path": str(Path("/store/Api")),
        "sha256": "ab",
        "size_bytes": 2_500_000,
        "unpacked_bytes": 7_500_000,
        "files": 7,
        "reused": False,
        "seconds": 1.235,
        "left_out": [],
        "effort": {
            "resolve_seconds": 0.0,
            "fetch_seconds": 0.0,
            "compile_seconds": 0.0,
            "splice_seconds": 0.0,
            "wheels": 0,
            "wheels_fetched": 0,
            "fetched_bytes": 0,
            "compiled": 0,
        },
    } == document["archives"][0]


def test_a_verbose_build_tells_where_the_time_went_and_what_the_store_takes() -> None:
    """A row per archive that was made; two sizes are those before and after pruning."""
    effort = Effort(0.5, 1.25, 2.0, 0.125, wheels=3, wheels_fetched=1, fetched_bytes=2_000_000)
    made = replace(BUILT["function/Api"], effort=effort, left_out=("boto3", "botocore"))
    artifacts = Artifacts({**BUILT, "function/Api": made})
    sizes = [Size(1200, 5_000_000), Size(3, 1_000_000)]
    text = screens.build_text(artifacts, 3.21, sizes, verbose=True)
    assert (
        "built  resolve  fetch  compile  splice  wheels fetched          left out\n"
        "-----  -------  -----  -------  ------  --------------  ------  ---------------\n"
        "Api    0.50     1.25   2.00     0.12    1 of 3          2.0 MB  boto3, botocore\n"
    ) in text
    assert text.endswith("\nstore: 5.0 MB in 1,200 files, now 1.0 MB in 3 files")


def test_error_json_has_all_parts_and_the_exit_code() -> None:
    """The document of a failed command with `--json`."""
    error = ConfigError("what", why="why", hint="hint", problems=("a", "b"))
    assert {
        "error": {
            "what": "what",
            "why": "why",
            "state": "",
            "more": "",
            "hint": "hint",
            "problems": ["a", "b"],
            "exit_code": 2,
        }
    } == json.loads(screens.error_json(error))


@pytest.mark.parametrize(("count", "expected"), [(0, "0 stacks"), (1, "1 stack"), (2, "2 stacks")])
def test_a_count_agrees_with_its_noun(count: int, expected: str) -> None:
    """One is singular, everything else plural."""
    assert expected == plural(count, "stack")
