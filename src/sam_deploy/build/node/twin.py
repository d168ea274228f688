"""The twin of the runtime module for Node functions, and the entry that binds it to the handler.

esbuild gets both as text, so that nothing of them depends on where this package is installed: the
module's files as data URLs in the place of `sam-deploy-runtime` and of `sam-deploy-runtime/...`,
the entry on standard input. A data URL is in no folder, so what the files import of each other by
`./` is given the name that stands for it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from sam_deploy.build.node.messages import Message
from sam_deploy.plan.model import NodeUnit

MODULE: Final = "sam-deploy-runtime"
"""What user code imports."""
ENTRY: Final = "sam-deploy-entry.js"
"""What esbuild calls the entry, where it names files."""
MAIN: Final = "index.mjs"
"""The file that stands for the module."""
SDK: Final = {"ssm": "@aws-sdk/client-ssm", "secrets": "@aws-sdk/client-secrets-manager"}
DATA_URL: Final = "data:text/javascript;base64,"
_NO_EXPORT: Final = "import-is-undefined"


@cache
def _addresses() -> Mapping[str, str]:
    """Return the module's files as data URLs, by what they are imported as."""
    folder = resources.files("sam_deploy_runtime") / "node"
    texts = {
        each.name: each.read_text(encoding="utf-8")
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
        if each.name.endswith(".mjs")
    }
    return {
        MODULE if name == MAIN else f"{MODULE}/{name}": DATA_URL
        + base64.b64encode(text.replace('from "./', f'from "{MODULE}/').encode()).decode()
        for name, text in texts.items()
    }


def aliases() -> list[str]:
    """Return the arguments of esbuild that put the data URLs in the place of the module."""
    return [f"--alias:{name}={address}" for name, address in _addresses().items()]


def name_in_maps(path: str) -> str:
    """Return what a file is called in source maps, where esbuild writes the whole data URL."""
    names = (name for name, address in _addresses().items() if path.endswith(address))
    found = next(names, MODULE)
    return f"{MODULE}/{MAIN}" if found == MODULE else found


def entry_text(unit: NodeUnit, path: str, export: str) -> str:
    """Return the entry of a function: its handler, bound to the facts of the app.

    The parts of the AWS SDK that its settings need are imported here, because a data URL is in no
    folder from which packages could be found.
    """
    facts = json.loads(unit.facts)
    secrets = set(facts["secrets"])
    read = set(facts["settings"]) - secrets or _reads_ids(facts)
    used = {"ssm": read, "secrets": secrets}
    loaders = [
        f'  {name}: () => import("{SDK[name]}").catch(noSdk),\n' for name in SDK if used[name]
    ]
    return (
        f'import {{ bind, noSdk }} from "{MODULE}";\n'
        f"import * as user from {json.dumps(f'./{path}')};\n"
        f"const sdk = {{\n{''.join(loaders)}}};\n"
        f"const bound = bind(user.{export}, {json.dumps(facts, sort_keys=True)}, sdk);\n"
        f"export {{ bound as {export} }};\n"
    )


def _reads_ids(facts: Mapping[str, Any]) -> bool:
    """Say whether the id of a user pool is a parameter: a text, unlike ids that are known."""
    return any(isinstance(each.get("id"), str) for each in facts["resources"].values())


def misses_export(said: Iterable[Message]) -> bool:
    """Say whether the handler's file, an ES module, has no export of the handler's name."""
    return any(each.file == ENTRY and each.kind == _NO_EXPORT for each in said)


def of_the_user(said: Iterable[Message]) -> tuple[Message, ...]:
    """Return the messages about files of the user's."""
    return tuple(each for each in said if each.file != ENTRY)
