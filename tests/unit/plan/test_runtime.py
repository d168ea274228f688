from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sam_deploy import (
    App,
    Bucket,
    Environment,
    EventBus,
    Function,
    Key,
    Queue,
    Secret,
    Setting,
    Table,
    Topic,
    UserPool,
    UserPoolClient,
    on_event,
    on_queue,
    on_table,
    on_topic,
    on_upload,
    on_user_pool,
)
from sam_deploy.plan import Request, make
from sam_deploy.plan.model import BuildUnit, NodeUnit
from sam_deploy.plan.runtime import HANDLER

RUNTIME = Path(__file__).parents[3] / "src" / "sam_deploy_runtime"


def packed(app: App) -> dict[str, bytes]:
    """What is added to the archive of the app's only function, by path."""
    (unit,) = make(app, Path("/nowhere"), Request()).builds
    assert isinstance(unit, BuildUnit)
    return {each.path: each.content for each in unit.extra_files}


def facts(app: App) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(packed(app)["sam_deploy_runtime/app.json"])
    return found


def test_the_runtime_module_goes_into_the_archive_as_it_is(make_app: Callable[..., App]) -> None:
    """Every file of it, and nothing else but what it must know of the app."""
    files = packed(make_app(functions=(Function("Api", source="x"),)))
    expected = {
        f"sam_deploy_runtime/{path.name}": path.read_bytes() for path in RUNTIME.glob("*.py")
    }
    assert {"sam_deploy_runtime/app.json", *expected} == set(files)
    assert expected == {path: files[path] for path in expected}


def test_the_handler_is_ours(make_app: Callable[..., App]) -> None:
    """It sets the environment of the call, then calls the function's own handler."""
    module, _, attribute = HANDLER.rpartition(".")
    assert f"{module.replace('.', '/')}.py" in packed(
        make_app(functions=(Function("Api", source="x"),))
    )
    assert attribute in (RUNTIME / "shim.py").read_text(encoding="utf-8")


def test_a_function_knows_the_app_and_its_own_handler(make_app: Callable[..., App]) -> None:
    """No environment of its own: its versions are shared by all of them."""
    app = make_app(functions=(Function("Api", source="x", handler="main.run"),))
    assert {
        "app": "shop",
        "environments": ["dev", "prod"],
        "handler": "main.run",
        "home_region": "eu-west-1",
        "log_levels": {"dev": "INFO", "prod": "INFO"},
        "resources": {},
        "secrets": [],
        "settings": [],
        "topology": "shared",
    } == facts(app)


def test_a_function_knows_the_names_of_what_it_uses(make_app: Callable[..., App]) -> None:
    """In every environment; what triggers it counts as used, modes do not matter."""
    app = make_app(
        queues=(Queue("Orders"), Queue("Bills"), Queue("Other")),
        buckets=(Bucket("files"), Bucket("uploads")),
        user_pools=(UserPool("People"),),
        functions=(
            Function(
                "Api",
                source="x",
                uses=("Bills.write", "files.read"),
                triggers=(
                    on_queue("Orders"),
                    on_upload("uploads"),
                    on_user_pool("People", ("PreSignUp",)),
                ),
            ),
        ),
    )
    assert {
        "Bills": {"kind": "queue", "names": {"dev": "BillsDevQ", "prod": "BillsProdQ"}},
        "Orders": {"kind": "queue", "names": {"dev": "OrdersDevQ", "prod": "OrdersProdQ"}},
        "People": {
            "kind": "user_pool",
            "names": {"dev": "PeopleUserPoolDev", "prod": "PeopleUserPoolProd"},
        },
        "files": {
            "kind": "bucket",
            "names": {"dev": "files-dev", "prod": "files-prod"},
            "regional": True,
        },
        "uploads": {
            "kind": "bucket",
            "names": {"dev": "uploads-dev", "prod": "uploads-prod"},
            "regional": True,
        },
    } == facts(app)["resources"]


def test_the_same_facts_are_the_same_bytes(make_app: Callable[..., App]) -> None:
    """The order in `uses` does not make a new archive."""
    queues = (Queue("A"), Queue("B"))
    one = make_app(queues=queues, functions=(Function("Api", source="x", uses=("A", "B")),))
    other = make_app(queues=queues, functions=(Function("Api", source="x", uses=("B", "A")),))
    assert packed(one) == packed(other)


def test_tables_topics_and_buses_have_names_in_every_environment(
    make_app: Callable[..., App],
) -> None:
    """Used or triggering, each with its kind; none of them carries a region."""
    app = make_app(
        tables=(Table("orders", Key("id")), Table("other", Key("id"))),
        topics=(Topic("Invoices"),),
        event_buses=(EventBus("Events"),),
        functions=(
            Function(
                "Api",
                source="x",
                uses=("orders.read",),
                triggers=(on_topic("Invoices"), on_event(bus="Events", sources=("shop",))),
            ),
        ),
    )
    assert {
        "Events": {"kind": "bus", "names": {"dev": "shop-Events-dev", "prod": "shop-Events-prod"}},
        "Invoices": {
            "kind": "topic",
            "names": {"dev": "shop-Invoices-dev", "prod": "shop-Invoices-prod"},
        },
        "orders": {
            "kind": "table",
            "names": {"dev": "shop-orders-dev", "prod": "shop-orders-prod"},
        },
    } == facts(app)["resources"]


def test_a_function_that_uses_a_pool_knows_where_its_ids_are(
    make_app: Callable[..., App],
) -> None:
    """Names of parameters; ids themselves of a pool that existed before the app (R104)."""
    ids = {"dev": "eu-west-1_d", "prod": "eu-west-1_p"}
    clients = (UserPoolClient(), UserPoolClient(name="admin"))
    app = make_app(
        user_pools=(
            UserPool("People", clients=clients),
            UserPool("Staff", existing_ids=ids, existing_client_ids={"dev": "1", "prod": "2"}),
            UserPool("Alone", existing_ids=ids),
        ),
        functions=(Function("Api", source="x", uses=("People.read", "Staff", "Alone")),),
    )
    found = facts(app)["resources"]
    assert {
        "People": ("PeopleUserPoolId", {"": "PeopleClientId", "admin": "PeopleAdminClientId"}),
        "Staff": (ids, {"": {"dev": "1", "prod": "2"}}),
        "Alone": (ids, {}),
    } == {name: (each["id"], each["client_ids"]) for name, each in found.items()}


def test_what_another_stack_made_has_the_name_that_was_given(make_app: Callable[..., App]) -> None:
    """An existing bucket is called the same in every region, whatever its kind usually is."""
    app = make_app(
        buckets=(Bucket("files", physical_name="old-{environment}-files", existing=True),),
        tables=(Table("orders", Key("id"), physical_name="orders", existing=True),),
        functions=(Function("Api", source="x", uses=("files",), triggers=(on_table("orders"),)),),
    )
    assert {
        "files": {
            "kind": "bucket",
            "names": {"dev": "old-dev-files", "prod": "old-prod-files"},
            "regional": False,
        },
        "orders": {"kind": "table", "names": {"dev": "orders", "prod": "orders"}},
    } == facts(app)["resources"]


def test_a_function_knows_how_to_call_others_in_its_environment(
    make_app: Callable[..., App],
) -> None:
    """By the alias, so that prod never calls what dev is trying out."""
    app = make_app(
        functions=(
            Function("Api", source="x", invokes=("Mail",)),
            Function("Mail", source="y", feature_set="extra"),
        ),
    )
    (unit, *_) = make(app, Path("/nowhere"), Request()).builds
    assert isinstance(unit, BuildUnit)
    known = json.loads(unit.extra_files[-1].content)
    assert {
        "Mail": {
            "kind": "function",
            "names": {"dev": "MailFunction:dev", "prod": "MailFunction:prod"},
        }
    } == known["resources"]


def test_a_function_knows_which_of_its_settings_are_secrets(make_app: Callable[..., App]) -> None:
    """Its own, and nobody else's; never a value (R261)."""
    app = make_app(
        settings=(Secret("KEY"), Secret("OTHER"), Setting("SIZE", value="12345678")),
        functions=(Function("Api", source="x", settings=("SIZE", "KEY", "HOST")),),
    )
    found = facts(app)
    assert (["HOST", "KEY", "SIZE"], ["KEY"]) == (found["settings"], found["secrets"])
    assert "12345678" not in json.dumps(found)


def test_a_function_knows_the_log_level_of_each_environment(make_app: Callable[..., App]) -> None:
    """As the environments say."""
    environments = (Environment("dev", log_level="DEBUG"), Environment("prod", promote_from="dev"))
    app = make_app(environments=environments, functions=(Function("Api", source="x"),))
    assert {"dev": "DEBUG", "prod": "INFO"} == facts(app)["log_levels"]


def test_a_node_function_is_told_the_same_facts(make_app: Callable[..., App]) -> None:
    """The bundle gets them as text instead of a file."""
    app = make_app(functions=(Function("Api", source="x", runtime="nodejs22.x"),))
    python = make_app(functions=(Function("Api", source="x"),))
    (unit,) = make(app, Path("/nowhere"), Request()).builds
    assert isinstance(unit, NodeUnit)
    assert facts(python) == json.loads(unit.facts)


def test_isolated_environments_share_their_archives(make_app: Callable[..., App]) -> None:
    """An archive is free of its environment: the one that was tested is the one that is promoted.

    (C02)
    """
    app = make_app(topology="isolated", functions=(Function("Api", source="x"),))
    units = [
        make(app, Path("/nowhere"), Request(environment=name)).builds for name in ("dev", "prod")
    ]
    assert units[0] == units[1]
    assert "isolated" == facts(app)["topology"]
