from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sam_deploy import App, Bucket, Function, Queue, UserPool, on_queue, on_upload, on_user_pool
from sam_deploy.plan import Request, make
from sam_deploy.plan.runtime import HANDLER

RUNTIME = Path(__file__).parents[3] / "src" / "sam_deploy_runtime"


def packed(app: App) -> dict[str, bytes]:
    """What is added to the archive of the app's only function, by path."""
    (unit,) = make(app, Path("/nowhere"), Request()).builds
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
        "resources": {},
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
        "files": {"kind": "bucket", "names": {"dev": "files-dev", "prod": "files-prod"}},
        "uploads": {"kind": "bucket", "names": {"dev": "uploads-dev", "prod": "uploads-prod"}},
    } == facts(app)["resources"]


def test_the_same_facts_are_the_same_bytes(make_app: Callable[..., App]) -> None:
    """The order in `uses` does not make a new archive."""
    queues = (Queue("A"), Queue("B"))
    one = make_app(queues=queues, functions=(Function("Api", source="x", uses=("A", "B")),))
    other = make_app(queues=queues, functions=(Function("Api", source="x", uses=("B", "A")),))
    assert packed(one) == packed(other)
