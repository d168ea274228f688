"""A project around a SAM template that is there: what is written beside it, and what it lacks.

The template is neither moved nor edited, and what is there already stays: a samconfig is
respected, a .gitignore is only talked about.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy import sam
from sam_deploy.amounts import plural
from sam_deploy.cli.sam_options import NAMES
from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.sam.reading import EMBEDDED
from sam_deploy.sam.resources import every

if TYPE_CHECKING:
    from sam_deploy.sam import SamConfig, SamTemplate

FAMILIES: Final = {
    "AWS::Serverless::Function": "function",
    "AWS::Lambda::Function": "function",
    "AWS::Serverless::LayerVersion": "layer",
    "AWS::Lambda::LayerVersion": "layer",
    "AWS::Serverless::HttpApi": "HTTP API",
    "AWS::Serverless::Api": "REST API",
    "AWS::Serverless::SimpleTable": "table",
    "AWS::DynamoDB::Table": "table",
    "AWS::SQS::Queue": "queue",
    "AWS::S3::Bucket": "bucket",
}
OTHER: Final = "other resource"
IGNORED: Final = ".sam-deploy/"


@dataclass(frozen=True, slots=True)
class Around:
    """What is written around a template, and what the user should know."""

    template: SamTemplate
    stack_name: str
    regions: tuple[str, ...]
    files: Mapping[str, str]
    """Path with slashes -> text."""
    counts: Mapping[str, int]
    """Family -> how many resources of it the template has."""
    missing: tuple[str, ...]
    """Options that `deploy` still needs, such as `--stack-name NAME`."""
    notes: tuple[str, ...]

    @property
    def said(self) -> str:
        """The resources in words: 2 functions, 1 queue."""
        return ", ".join(plural(count, family) for family, count in self.counts.items())


def around(file: Path, name: str, region: str, ignore: str) -> Around:
    """Return what is to be written around a template; writes nothing.

    `name` and `region` hold where the project has no samconfig; `ignore` is the text of a new
    .gitignore. Raises `ConfigError` for everything that cannot be deployed, `RefusedError` where a
    `deploy.py` would be deployed in the template's place.
    """
    folder = file.parent
    if (folder / "deploy.py").exists():
        raise RefusedError(
            f"`{folder}` has a `deploy.py`",
            why="it would be deployed, and not the template beside it",
            hint=f"`sam-deploy deploy --template {file.name}` deploys the template once",
        )
    config = sam.config(folder)
    template = sam.read(file, config.parameter_overrides)
    needed = [each for each in _needed(template) if each not in config.parameter_overrides]
    files = {} if config.file else {"samconfig.toml": _samconfig(file, name, region, needed)}
    notes = [each.message for each in template.warnings if each.rule.startswith(EMBEDDED)]
    written = _ignored(folder, ignore, notes)
    return Around(
        template=template,
        stack_name=config.stack_name if config.file else name,
        regions=config.regions if config.file else (region,),
        files={**files, **written},
        counts=_counts(template),
        missing=_missing(file, config, needed),
        notes=tuple(notes),
    )


def _needed(template: SamTemplate) -> list[str]:
    """Return the parameters that have no default: a deployment needs a value for each."""
    return [name for name, each in template.parameters.items() if "Default" not in each]


def _samconfig(file: Path, name: str, region: str, needed: list[str]) -> str:
    lines = [
        "# Read by sam-deploy and by the SAM CLI. `sam-deploy deploy --config-env prod` takes",
        "# `[prod.deploy.parameters]`, which inherits what it does not say.",
        "version = 0.1",
        "",
        "[default.deploy.parameters]",
        f"stack_name = {json.dumps(name)}",
        f"region = {json.dumps(region)}",
    ]
    found = [each for each in NAMES if (file.parent / each).is_file()]
    if found[:1] != [file.name]:
        lines.append(f"template_file = {json.dumps(file.name, ensure_ascii=False)}")
    if needed:
        values = " ".join(f"{each}=..." for each in needed)
        lines += ["# these have no default:", f'# parameter_overrides = "{values}"']
    return "\n".join([*lines, ""])


def _missing(file: Path, config: SamConfig, needed: list[str]) -> tuple[str, ...]:
    found = []
    configured = config.template or next(
        (each for each in NAMES if (file.parent / each).is_file()), ""
    )
    if config.file and (file.parent / configured).resolve() != file.resolve():
        found.append(f"--template {file.name}")
    if config.file and (not config.stack_name or (found and config.template)):
        found.append("--stack-name NAME")
    if config.file and not config.regions:
        found.append("--region REGION")
    if needed:
        found.append(f"--parameter-overrides {' '.join(f'{each}=...' for each in needed)}")
    return tuple(found)


def _ignored(folder: Path, text: str, notes: list[str]) -> dict[str, str]:
    """Return a .gitignore where there is none; else say what it lacks."""
    file = folder / ".gitignore"
    if not (file.exists() or file.is_symlink()):
        return {".gitignore": text}
    try:
        there = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(
            f"`{file}` cannot be read", why=str(error.strerror or error), hint="see what it is"
        ) from error
    if IGNORED.rstrip("/") not in there:
        notes.append(f"add `{IGNORED}` to .gitignore: archives, the embedded cloud, logs")
    return {}


def _counts(template: SamTemplate) -> dict[str, int]:
    counted = Counter(FAMILIES.get(each.kind, OTHER) for each in every(template.document))
    order = [*dict.fromkeys(FAMILIES.values()), OTHER]
    return {family: counted[family] for family in order if counted[family]}
