from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sam_deploy.build.node import twin
from sam_deploy.build.node.command import arguments
from sam_deploy.build.node.messages import Message
from sam_deploy.plan.model import NodeUnit

FACTS: dict[str, Any] = {
    "app": "shop",
    "resources": {},
    "settings": ["HOST", "KEY"],
    "secrets": ["KEY"],
}
UNIT = NodeUnit(
    key="function/Api",
    name="Api",
    archive="Api.zip",
    runtime="nodejs22.x",
    source=Path("/project/functions/Api"),
    handler="src/index.handler",
    facts=json.dumps(FACTS),
)


def test_the_module_is_given_as_text() -> None:
    """Nothing of it depends on where this package is installed, nor on a folder of its own."""
    made = arguments(UNIT, "x.ts", "cjs", "/out")
    named = dict(
        option.removeprefix("--alias:").split("=", 1)
        for option in made
        if option.startswith("--alias:")
    )
    texts = {
        name: base64.b64decode(address.removeprefix(twin.DATA_URL)).decode()
        for name, address in named.items()
    }
    module = "sam-deploy-runtime"
    assert {module, f"{module}/calls.mjs", f"{module}/settings.mjs"} == set(texts)
    assert "export function bind(" in texts[module]
    imported = set(re.findall(r' from "(.*)";', "".join(texts.values())))
    assert {"node:async_hooks"} == imported - set(texts)


def test_each_file_has_its_own_name_in_source_maps() -> None:
    """Instead of a data URL with the whole of it."""
    addresses = [option.split("=", 1)[1] for option in twin.aliases()]
    names = {twin.name_in_maps(f"dataurl:{address}") for address in addresses}
    files = ("calls.mjs", "index.mjs", "settings.mjs")
    assert {f"sam-deploy-runtime/{file}" for file in files} == names


def test_the_entry_binds_the_handler_to_the_facts() -> None:
    """It imports the parts of the SDK that the settings need, and keeps the export's name."""
    assert (
        'import { bind, noSdk } from "sam-deploy-runtime";\n'
        'import * as user from "./src/index.ts";\n'
        "const sdk = {\n"
        '  ssm: () => import("@aws-sdk/client-ssm").catch(noSdk),\n'
        '  secrets: () => import("@aws-sdk/client-secrets-manager").catch(noSdk),\n'
        "};\n"
        'const bound = bind(user.main, {"app": "shop", "resources": {}, '
        '"secrets": ["KEY"], "settings": ["HOST", "KEY"]}, sdk);\n'
        "export { bound as main };\n"
    ) == twin.entry_text(UNIT, "src/index.ts", "main")


def test_a_function_without_settings_imports_no_sdk() -> None:
    """Nothing is bundled for what is not used."""
    unit = replace(UNIT, facts=json.dumps({**FACTS, "settings": [], "secrets": []}))
    assert "@aws-sdk" not in twin.entry_text(unit, "src/index.ts", "handler")


@pytest.mark.parametrize(
    ("source", "imported"), [("PeopleUserPoolId", ["client-ssm"]), ({"dev": "eu-west-1_d"}, [])]
)
def test_a_function_that_uses_a_pool_imports_what_reads_its_id(
    source: object, imported: list[str]
) -> None:
    """Where the id is a parameter; an id that is known is not read."""
    pool = {"kind": "user_pool", "names": {}, "id": source, "client_ids": {}}
    facts = {**FACTS, "settings": [], "secrets": [], "resources": {"People": pool}}
    text = twin.entry_text(replace(UNIT, facts=json.dumps(facts)), "i.ts", "handler")
    assert imported == re.findall(r'import\("@aws-sdk/(.*?)"\)', text)


def test_a_function_without_facts_is_bundled_as_it_is() -> None:
    """Those of hand-written templates."""
    made = arguments(replace(UNIT, facts=""), "src/index.ts", "cjs", "/out")
    assert "./src/index.ts" == made[0]
    assert [] == [each for each in made if each.startswith("--alias")]


def test_what_esbuild_says_of_the_entry_is_not_shown() -> None:
    """It is not the user's file; that the handler is missing is found out by it."""
    ours = Message("warning", "Import ...", "import-is-undefined", twin.ENTRY, 3)
    theirs = Message("warning", "Import ...", "import-is-undefined", "src/index.ts", 3)
    assert (True, False) == (twin.misses_export([ours]), twin.misses_export([theirs]))
    assert (theirs,) == twin.of_the_user([ours, theirs])
