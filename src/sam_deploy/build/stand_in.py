"""An interpreter that is not there: uv asks it what it is, and it answers with the target.

uv knows no platform with glibc 2.26 (Amazon Linux 2): `manylinux2014` refuses wheels that run
there, `manylinux_2_28` takes wheels that do not. But uv asks an interpreter given by `--python`
what it is, by running it and reading JSON, and a script can answer that. The protocol is uv's own,
so uv is pinned and `tests/contract/test_uv_interpreter.py` holds it to this answer.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from sam_deploy.build.disk import written_whole
from sam_deploy.build.store import Store
from sam_deploy.build.wheels import environment, machine
from sam_deploy.plan.model import Target

_NOWHERE: Final = "/nonexistent"


def answer(target: Target, executable: Path) -> dict[str, object]:
    """Return what uv's `get_interpreter_info.py` would print on the target."""
    major, minor = target.python_minor
    site_packages = f"lib/python{major}.{minor}/site-packages"
    suffix = f".cpython-{major}{minor}-{machine(target)}-linux-gnu.so"
    return {
        "result": "success",
        "markers": environment(target),
        "sys_base_prefix": _NOWHERE,
        "sys_base_exec_prefix": _NOWHERE,
        "sys_prefix": _NOWHERE,
        "sys_base_executable": str(executable),
        "sys_executable": str(executable),
        "sys_path": [],
        "site_packages": [],
        "stdlib": _NOWHERE,
        "extension_suffixes": [suffix, ".abi3.so", ".so"],
        "standalone": False,
        "scheme": dict.fromkeys(("platlib", "purelib", "include", "scripts", "data"), _NOWHERE),
        "virtualenv": {
            "purelib": site_packages,
            "platlib": site_packages,
            "include": f"include/site/python{major}.{minor}",
            "scripts": "bin",
            "data": "",
        },
        "os": {"name": "manylinux", "major": target.glibc[0], "minor": target.glibc[1]},
        "arch": machine(target),
        "cpu_info": {"detected": {"kind": "flags", "flags": ""}},
        "manylinux_compatible": True,
        "gil_disabled": False,
        "debug_enabled": False,
        "pointer_size": "64",
    }


def interpreter(target: Target, store: Store) -> Path:
    """Return a script in the store that answers for the target, making it when it is missing."""
    facts = json.dumps(answer(target, Path()), sort_keys=True)
    name = hashlib.sha256(facts.encode()).hexdigest()[:16]
    path = store.root / "interpreters" / name / "python"
    script = f"#!/bin/sh\ncat <<'EOF'\n{json.dumps(answer(target, path))}\nEOF\n".encode()
    if not path.is_file() or path.read_bytes() != script:
        with written_whole(path, store.temporary) as file:
            file.write(script)
            Path(file.name).chmod(0o755)
    return path


def is_refused(stderr: str) -> bool:
    """Say whether uv could not use the stand-in, as on a system that cannot run scripts."""
    return "Failed to inspect Python interpreter" in stderr
