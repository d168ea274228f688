"""Reads the SAM CLI's `samconfig.toml` (or .yaml), and lets one environment inherit from another.

The SAM CLI has no inheritance: each environment repeats everything. Here an environment takes
what it does not say from the one that its `extends` names, which is `default` unless it is said.
May read the one file. Source: AWS SAM CLI documentation, "AWS SAM CLI configuration file".
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sam_deploy.errors import ConfigError
from sam_deploy.sam import document as documents
from sam_deploy.sam.pairs import pairs

FILES: Final = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
DEFAULT: Final = "default"
EXTENDS: Final = "extends"
_MERGED: Final = ("parameter_overrides", "tags")
_WITHOUT_EFFECT: Final = {
    "s3_bucket": "each region gets an artifact bucket of its own",
    "resolve_s3": "each region gets an artifact bucket of its own",
    "s3_prefix": "archives are kept by their content",
    "image_repository": "container images are not built",
    "image_repositories": "container images are not built",
    "role_arn": "CloudFormation acts with the rights of the caller",
    "kms_key_id": "the artifact bucket is encrypted with the key of S3",
    "signing_profiles": "archives are not signed",
    "notification_arns": "nobody is notified",
    "disable_rollback": "a failed update is always taken back",
    "on_failure": "a failed update is always taken back",
    "cached": "builds are always incremental",
    "parallel": "builds and regions are always parallel",
    "use_container": "name `--use-container` on the command line",
}
_SILENT: Final = (
    "beta_features",
    "capabilities",
    "confirm_changeset",
    "debug",
    "fail_on_empty_changeset",
    "force_upload",
    "guided",
    "lint",
    "metadata",
    "no_confirm_changeset",
    "no_execute_changeset",
    "no_fail_on_empty_changeset",
    "no_progressbar",
    "output_template_file",
    "use_json",
)
"""Keys of the SAM CLI that ask for what happens anyway, or for nothing."""


@dataclass(frozen=True, slots=True)
class SamConfig:
    """What a samconfig says for one environment; empty where it says nothing."""

    file: Path | None = None
    environment: str = DEFAULT
    stack_name: str = ""
    regions: tuple[str, ...] = ()
    template: str = ""
    parameter_overrides: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""
    notes: tuple[str, ...] = ()
    """What the user should know: what is inherited, and what has no effect."""


@dataclass(slots=True)
class _Reading:
    file: Path
    content: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    """Key -> the environment that says it."""


def config(project: Path, config_env: str = DEFAULT, config_file: str = "") -> SamConfig:
    """Return what the project's samconfig says for an environment.

    Without such a file everything is empty. Raises `ConfigError` when a file or environment that
    was asked for is not there, when the file cannot be read, and for values of the wrong kind.
    """
    file = _find(project, config_file)
    if file is None:
        if config_env != DEFAULT:
            raise ConfigError(
                f"There is no environment `{config_env}`",
                why=f"`{project}` has no samconfig.toml that could define it",
                hint=f"write `[{config_env}.deploy.parameters]` in samconfig.toml",
            )
        return SamConfig()
    reading = _Reading(file, _content(file))
    return _settled(reading, config_env, _parameters(reading, config_env))


def _find(project: Path, config_file: str) -> Path | None:
    if not config_file:
        return next((project / each for each in FILES if (project / each).is_file()), None)
    file = project / config_file
    if not file.is_file():
        raise ConfigError(
            f"`{file}` does not exist",
            why="`--config-file` names it",
            hint="correct the path; it is relative to the project",
        )
    return file


def _content(file: Path) -> Mapping[str, Any]:
    if file.suffix in {".yaml", ".yml"}:
        read = documents.load(file)
        mistakes = [f"line {each.line}: {each.message}" for each in read.mistakes]
        content: Mapping[str, Any] = read.content
    else:
        content, mistakes = {}, []
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            mistakes = [str(error)]
    if mistakes:
        raise ConfigError(
            f"`{file.name}` cannot be read",
            why=mistakes[0] if len(mistakes) == 1 else f"it has {len(mistakes)} mistakes",
            hint="correct it and run the command again",
            problems=tuple(mistakes) if mistakes[1:] else (),
        )
    return content


def _parameters(reading: _Reading, config_env: str) -> dict[str, Any]:
    """Return the keys of an environment and, where it is silent, of those that it extends."""
    found: dict[str, Any] = {}
    for environment in _line(reading, config_env):
        for key, value in _own(reading, environment).items():
            if key in _MERGED:
                said = pairs(value, f"`{key}` of [{environment}] in {reading.file.name}")
                found[key] = {**said, **found.get(key, {})}
            elif key not in found:
                found[key] = value
                reading.origins[key] = environment
    return found


def _line(reading: _Reading, config_env: str) -> list[str]:
    """Return an environment and those that it extends, the nearest first."""
    names = [name for name, value in reading.content.items() if isinstance(value, Mapping)]
    if config_env not in names and config_env != DEFAULT:
        near = difflib.get_close_matches(config_env, names, n=1)
        raise ConfigError(
            f"There is no environment `{config_env}` in `{reading.file.name}`",
            why=f"it has {', '.join(names) or 'none'}",
            hint=f"did you mean `{near[0]}`?" if near else f"write `[{config_env}]`, or another",
        )
    line = [config_env]
    while True:
        table = reading.content.get(line[-1])
        parent = table.get(EXTENDS) if isinstance(table, Mapping) else None
        if parent is None:
            parent = DEFAULT if line[-1] != DEFAULT and DEFAULT in names else None
        if parent is None:
            return line
        if parent not in names:
            raise _wrong(reading, f"[{line[-1]}] extends `{parent}`, which is not there")
        if parent in line:
            raise _wrong(reading, f"{' extends '.join([*line, str(parent)])}: that is a circle")
        line.append(str(parent))


def _own(reading: _Reading, environment: str) -> dict[str, Any]:
    """Return what an environment says itself: for `deploy`, else for `build`, else for all."""
    table = reading.content.get(environment, {})
    found: dict[str, Any] = {}
    for command in ("global", "build", "deploy"):
        section = table.get(command, {}) if isinstance(table, Mapping) else {}
        given = section.get("parameters", {}) if isinstance(section, Mapping) else {}
        if not isinstance(given, Mapping):
            raise _wrong(reading, f"[{environment}.{command}.parameters] must be a table")
        values = {key.replace("-", "_"): value for key, value in given.items()}
        if command == "build":
            values = {k: v for k, v in values.items() if k in {"template", "template_file"}}
        found |= values
    return found


def _settled(reading: _Reading, environment: str, found: dict[str, Any]) -> SamConfig:
    stack_name = _text(reading, found, "stack_name")
    origin = reading.origins.get("stack_name", environment)
    if origin != environment:
        reading.notes.append(
            f"`{environment}` deploys stack `{stack_name}`, whose name it has from [{origin}]"
        )
    template = _text(reading, found, "template_file") or _text(reading, found, "template")
    if ".aws-sam" in Path(template).parts:
        reading.notes.append(f"`{template}` is what `sam build` makes; the source is used instead")
        template = ""
    return SamConfig(
        file=reading.file,
        environment=environment,
        stack_name=stack_name,
        regions=_regions(reading, found.get("region")),
        template=template,
        parameter_overrides=found.get("parameter_overrides", {}),
        tags=found.get("tags", {}),
        profile=_text(reading, found, "profile"),
        notes=(*reading.notes, *_notes(reading, found)),
    )


def _regions(reading: _Reading, given: object) -> tuple[str, ...]:
    """Return the regions: one as the SAM CLI has it, a list, or several with commas."""
    if given is None:
        return ()
    listed = given if isinstance(given, list) else [given]
    if not all(isinstance(each, str) for each in listed):
        raise _wrong(reading, "`region` must be a text, or a list of texts")
    parts = [part.strip() for each in listed for part in str(each).split(",")]
    return tuple(part for part in parts if part)


def _text(reading: _Reading, found: Mapping[str, Any], key: str) -> str:
    value = found.get(key, "")
    if not isinstance(value, str):
        raise _wrong(reading, f"`{key}` must be a text")
    return value


def _notes(reading: _Reading, found: Mapping[str, Any]) -> list[str]:
    used = {"stack_name", "region", "template", "template_file", "profile", *_MERGED}
    notes = []
    for key in found:
        if key in _WITHOUT_EFFECT:
            notes.append(f"`{key}` has no effect: {_WITHOUT_EFFECT[key]}")
        elif key not in used and key not in _SILENT:
            notes.append(f"`{key}` is not known, and has no effect")
    return [f"{reading.file.name}: {note}" for note in notes]


def _wrong(reading: _Reading, why: str) -> ConfigError:
    return ConfigError(
        f"`{reading.file.name}` is not as it should be",
        why=why,
        hint="correct it and run the command again",
    )
