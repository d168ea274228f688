"""Write the bill of materials of the wheel: CycloneDX 1.6, every package with its hashes.

    uv run scripts/sbom.py dist/sam-deploy.cdx.json     write it, and say which licences there are
    uv run scripts/sbom.py --licences                   only that, as a table

The packages are those that `uv` resolves for the wheel under the pins of pyproject.toml, with the
hashes of all their files; licences are what their metadata says. It is judged by the schema of
CycloneDX before it is written.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT: Final = Path(__file__).resolve().parents[1]
LICENCE: Final = "License :: OSI Approved :: "
_PINNED: Final = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))?"
)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NAMESPACE: Final = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
"""Of URLs. Source: RFC 9562, appendix on namespaces."""


@dataclass(frozen=True, slots=True)
class Package:
    """One that the wheel needs. `marker` says where; '' is everywhere."""

    name: str
    version: str
    marker: str
    sha256: tuple[str, ...]
    licence: str
    """As its metadata says: an SPDX expression or a name; '' when it is not installed here."""


def main(arguments: Sequence[str]) -> int:
    """Write the bill of materials, or the licences, and return the exit code."""
    packages = read(exported())
    if "--licences" in arguments:
        print(licences(packages), end="")
        return 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = json.dumps(bill(project, packages), indent=2) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        print(f"not CycloneDX 1.6: {wrong}", file=sys.stderr)
        return 1
    file = Path(arguments[0]) if arguments else ROOT / "dist" / "sam-deploy.cdx.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(f"{len(packages)} packages in {file.name}")
    return 0


def exported() -> str:
    """Return the pinned requirements of the wheel with hashes, as `uv export` writes them."""
    command = ["uv", "export", "--no-default-groups", "--no-emit-project", "--no-annotate"]
    command += ["--no-header", "--quiet", "--project", str(ROOT)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def read(text: str) -> tuple[Package, ...]:
    """Return the packages of requirements with hashes."""
    found = []
    for block in text.replace("\\\n", " ").splitlines():
        pinned = _PINNED.match(block.split("--hash")[0].strip())
        if pinned:
            name = pinned["name"]
            hashes = tuple(sorted(_HASH.findall(block)))
            marker = (pinned["marker"] or "").strip()
            found.append(Package(name, pinned["version"], marker, hashes, licence_of(name)))
    return tuple(found)


def licence_of(name: str) -> str:
    """Return what a package says of its licence; '' when it is not installed or says nothing."""
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    expression = metadata.get("License-Expression")
    classified = [
        each.removeprefix(LICENCE)
        for each in metadata.get_all("Classifier", [])
        if each.startswith(LICENCE)
    ]
    written = (metadata.get("License") or "").strip().splitlines()
    return expression or " OR ".join(classified) or (written[0] if written else "")


def bill(project: Mapping[str, Any], packages: Sequence[Package]) -> dict[str, Any]:
    """Return the document: the same for the same packages, with no time in it."""
    name, version = project["name"], project["version"]
    root = f"pkg:pypi/{name}@{version}"
    components = [component(each) for each in packages]
    serial = uuid.uuid5(NAMESPACE, json.dumps([root, components]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": name,
                "version": version,
                "purl": root,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
        "dependencies": [
            {"ref": root, "dependsOn": [each["bom-ref"] for each in components]},
            *({"ref": each["bom-ref"]} for each in components),
        ],
    }


def component(package: Package) -> dict[str, Any]:
    """Return a package as a component; several files of one version have a hash each."""
    purl = f"pkg:pypi/{package.name.lower()}@{package.version}"
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": each} for each in package.sha256],
    }
    if package.licence:
        found["licenses"] = [{"license": {"name": package.licence}}]
    if package.marker:
        found["properties"] = [{"name": "python:marker", "value": package.marker}]
    return found


def licences(packages: Sequence[Package]) -> str:
    """Return a line for each licence with its packages."""
    by_licence: dict[str, list[str]] = defaultdict(list)
    for each in packages:
        by_licence[each.licence or "not installed here"].append(each.name)
    return "".join(f"{licence}: {', '.join(sorted(by_licence[licence]))}\n"
                   for licence in sorted(by_licence))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
