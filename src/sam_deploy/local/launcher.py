"""The emulator's program: MiniStack with a few faults mended. Run by path, inside its environment.

    python -I launcher.py

It never imports sam_deploy (which is not installed there) but for `sam_deploy.local.workers`, which
needs nothing. `SAM_DEPLOY_PATCHES` names the patches
to apply, separated by commas; `all` and `none` are understood. A patch is a module of `patches/`
with `apply() -> None`, one per fault.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

PATCHES = Path(__file__).with_name("patches")


def chosen(setting: str, available: list[str]) -> list[str]:
    """The patches that a setting names. Raises ValueError for a name that does not exist."""
    if setting in ("", "all"):
        return available
    names = [name.strip() for name in setting.split(",") if name.strip() and name != "none"]
    unknown = sorted(set(names) - set(available))
    if unknown:
        msg = f"SAM_DEPLOY_PATCHES names no patch: {', '.join(unknown)}"
        raise ValueError(msg)
    return names


def share_workers() -> None:
    """`sam_deploy.local.workers` can be imported here, without the packages around it."""
    local = Path(__file__).parent
    for name, folder in (("sam_deploy", local.parent), ("sam_deploy.local", local)):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def apply_patches(setting: str) -> None:
    """The chosen patches are in force in this process."""
    available = sorted(path.stem for path in PATCHES.glob("[a-z]*.py"))
    for name in chosen(setting, available):
        spec = importlib.util.spec_from_file_location(f"patches.{name}", PATCHES / f"{name}.py")
        if spec is None or spec.loader is None:
            msg = f"patch {name} cannot be loaded"
            raise ImportError(msg)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.apply()


def main() -> None:
    """Apply the patches, then serve until SIGTERM."""
    share_workers()
    apply_patches(os.environ.get("SAM_DEPLOY_PATCHES", "all"))
    # MiniStack reads its own command line.
    sys.argv = ["ministack"]
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
