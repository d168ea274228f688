"""Reads a template of somebody else's, and says everything at once that cannot be deployed.

May read the template, and look at the folders and files that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sam_deploy import naming
from sam_deploy.errors import ConfigError
from sam_deploy.sam import document as documents
from sam_deploy.sam import files, functions, resources
from sam_deploy.sam.document import Document
from sam_deploy.sam.model import SamTemplate
from sam_deploy.sam.reading import EMBEDDED, Reading
from sam_deploy.sam.resources import Placed
from sam_deploy.sam.values import Values

TRANSFORM: Final = "AWS::Serverless-2016-10-31"
SECTIONS: Final = ("Parameters", "Globals", "Mappings", "Conditions", "Resources", "Outputs")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def read(file: Path, overrides: Mapping[str, str] = _NOTHING) -> SamTemplate:
    """Return a template with what has to be built for it.

    `overrides` are values of parameters: runtimes and architectures may depend on them. Raises
    `ConfigError` with all mistakes, each with its line, when it cannot be read, or asks for what
    sam-deploy does not do.
    """
    read_from = documents.load(file)
    reading = Reading(file, read_from, _values(read_from, overrides))
    for mistake in read_from.mistakes:
        line = f":{mistake.line}" if mistake.line else ""
        reading.problems.append((mistake.line, f"{file.name}{line}: {mistake.message}"))
    if read_from.content:
        _read_sections(reading)
        for placed in resources.every(read_from.content):
            _read_resource(reading, placed)
        files.read_includes(reading)
    if reading.problems:
        raise _refused(reading)
    return SamTemplate(
        file=file,
        text=file.read_text(encoding="utf-8-sig"),
        document=read_from.content,
        overrides=dict(overrides),
        locations=tuple(reading.locations),
        units=tuple(reading.units.values()),
        layers={
            key: tuple(each for each in used if each in reading.units)
            for key, used in reading.layers.items()
        },
        warnings=tuple(reading.warnings),
    )


def _refused(reading: Reading) -> ConfigError:
    problems = tuple(dict.fromkeys(text for _, text in sorted(reading.problems)))
    return ConfigError(
        f"`{reading.file.name}` cannot be deployed as it is",
        why=f"it has {len(problems)} {'mistakes' if problems[1:] else 'mistake'}",
        hint="correct the template and run the command again; nothing was changed",
        problems=problems,
    )


def _values(read_from: Document, overrides: Mapping[str, str]) -> Values:
    found: list[Mapping[str, Any]] = []
    for name in ("Parameters", "Mappings", "Conditions"):
        section = read_from.content.get(name)
        found.append(section if isinstance(section, Mapping) else {})
    parameters, mappings, conditions = found
    return Values(parameters, overrides, mappings, conditions)


def _read_sections(reading: Reading) -> None:
    content = reading.document.content
    for name in SECTIONS:
        if name in content and not isinstance(content[name], Mapping):
            reading.wrong((name,), "it must be a mapping")
    found = content.get("Resources")
    if "Resources" not in content or found == {}:
        reading.wrong(("Resources",) if "Resources" in content else (), "it has no `Resources`")
    parameters = content.get("Parameters")
    if isinstance(parameters, Mapping) and naming.SAM_ARTIFACT_BUCKET in parameters:
        where = ("Parameters", naming.SAM_ARTIFACT_BUCKET)
        reading.wrong(where, "sam-deploy adds a parameter of that name; choose another one")


def _read_resource(reading: Reading, placed: Placed) -> None:
    if not placed.kind:
        reading.wrong(placed.where, "it has no `Type`")
        return
    resource = _at(reading.document.content, placed.where)
    for name in ("Properties", "Metadata"):
        if not isinstance(resource.get(name, {}), Mapping):
            reading.wrong((*placed.where, name), "it must be a mapping")
            return
    if placed.kind.startswith("AWS::Serverless::") and not _is_transformed(reading):
        reading.wrong(placed.where, f"`{placed.kind}` needs `Transform: {TRANSFORM}` at the top")
    if placed.kind in functions.FUNCTIONS:
        functions.read_function(reading, placed)
        _explain_releases(reading, placed)
    elif placed.kind in functions.LAYERS:
        functions.read_layer(reading, placed)
    files.read_files(reading, placed)


def _is_transformed(reading: Reading) -> bool:
    given = reading.document.content.get("Transform")
    return TRANSFORM in (given if isinstance(given, list) else [given])


def _explain_releases(reading: Reading, placed: Placed) -> None:
    """Say what SAM's own releases do, since sam-deploy's are other ones."""
    if placed.property("AutoPublishAlias"):
        missed = "a parameter's value or a layer's content"
        if not placed.property("AutoPublishAliasAllProperties"):
            missed = f"a timeout, a runtime, the layers, {missed}"
        message = (
            "SAM publishes a version and moves this alias within each stack update, all at once. "
            f"New code always does; {missed} alone does not, and the alias keeps the old version"
        )
        reading.warn("auto-publish-alias", placed.place("AutoPublishAlias"), message)
    if placed.property("AutoPublishCodeSha256"):
        message = "SAM publishes a version only when this text changes, whatever the code is"
        reading.warn("auto-publish-hash", placed.place("AutoPublishCodeSha256"), message)
    if placed.property("DeploymentPreference"):
        where = placed.place("DeploymentPreference")
        message = "AWS CodeDeploy shifts the alias within the stack update, which lasts as long"
        reading.warn("deployment-preference", where, message)
        message = "the embedded cloud has no CodeDeploy, and refuses this template"
        reading.warn(f"{EMBEDDED}deployment-preference", where, message)


def _at(content: Any, where: documents.Where) -> Any:  # noqa: ANN401 - a document's value
    for part in where:
        content = content[part]
    return content
