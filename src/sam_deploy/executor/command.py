"""The command lines of the SAM CLI, as values. Pure.

Source: AWS SAM developer guide, "sam validate" and "sam deploy". How values are quoted was read
off the SAM CLI itself and is held against its own parser by the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.errors import RefusedError
from sam_deploy.wsl import Wsl

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
PREFIX: Final = "templates"
"""Below it the SAM CLI puts the template into the artifact bucket, as our own engine does."""
_VALUE: Final = re.compile(
    r"\"(?:\\.|[^\"\\]+)*\"|'(?:\\.|[^'\\]+)*'",
)
_TAG_KEPT: Final = re.compile(r"[\w :./+@=-]*")
"""What the SAM CLI reads back as it was written. AWS allows no more in a tag's key and value."""


@dataclass(frozen=True, slots=True)
class Program:
    """The SAM CLI: where it is, and through which WSL distribution Windows reaches it."""

    path: str
    wsl: Wsl | None = None
    version: str = ""

    def command(self, arguments: Sequence[str]) -> list[str]:
        """Return the whole command for arguments of `sam`."""
        sam = [self.path, *arguments]
        return self.wsl.command(sam) if self.wsl else sam

    def file(self, path: str) -> str:
        """Return a path of this computer as the SAM CLI sees it."""
        return self.wsl.path(path) if self.wsl else path


@dataclass(frozen=True, slots=True)
class Order:
    """What `sam deploy` is told. `template` is a path of this computer."""

    template: str
    stack: str
    region: str
    bucket: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    source: str = "deploy.py"
    """What the template was made of, by its name."""


def validate(program: Program, template: str, region: str) -> list[str]:
    """Return the command that has the SAM CLI look at a template."""
    return program.command(
        ["validate", "--template-file", program.file(template), "--region", region]
    )


def deploy(program: Program, order: Order) -> list[str]:
    """Return the command that deploys, which asks nothing and takes no changes for no failure.

    Raises `RefusedError` for a parameter or a tag that the SAM CLI cannot be given.
    """
    return program.command(
        [
            "deploy",
            *("--template-file", program.file(order.template)),
            *("--stack-name", order.stack),
            *("--region", order.region),
            # a template above 51,200 bytes goes there, and the SAM CLI puts small ones there, too
            *("--s3-bucket", order.bucket),
            *("--s3-prefix", PREFIX),
            *("--capabilities", *CAPABILITIES),
            *_several("--parameter-overrides", _overrides(order.parameters)),
            *_several("--tags", _tags(order.tags)),
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--no-progressbar",
        ]
    )


def _several(option: str, values: Iterable[str]) -> list[str]:
    found = list(values)
    return [option, *found] if found else []


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    # the long form: the SAM CLI looks for it first, whatever a value holds
    return [
        f"ParameterKey={name},ParameterValue={quoted(name, value)}"
        for name, value in sorted(parameters.items())
    ]


def quoted(name: str, value: str) -> str:
    """Return a value as the SAM CLI reads it back exactly. Raises `RefusedError` if none does."""
    for mark, other in (('"', "'"), ("'", '"')):
        # it would take these for escapes; a backslash before `mark` itself cannot be written
        kept = re.sub(rf"\\(?=[ {other}])", r"\\\\", value)
        written = mark + kept.replace(mark, "\\" + mark) + mark
        if _VALUE.fullmatch(written) and read_back(written) == value:
            return written
    raise RefusedError(
        f"The SAM CLI cannot be given the value of parameter `{name}`",
        why="its command line has no way to write this mixture of backslashes and quotes",
        hint="deploy with `--executor own`, or change the value",
    )


def read_back(written: str) -> str:
    """Return what the SAM CLI makes of a quoted value."""
    return written[1:-1].replace("\\ ", " ").replace('\\"', '"').replace("\\'", "'")


def _tags(tags: Mapping[str, str]) -> list[str]:
    for part in (*tags, *tags.values()):
        if not _TAG_KEPT.fullmatch(part):
            raise RefusedError(
                f"The SAM CLI cannot be given the tag `{part}`",
                why="AWS allows letters, digits, spaces and + - = . _ : / @ in it",
                hint="change the tag, or deploy with `--executor own`",
            )
    return [_tag(key, value) for key, value in sorted(tags.items())]


def _tag(key: str, value: str) -> str:
    # with a second `=` only quotes show where the key ends
    return f'"{key}"="{value}"' if "=" in key + value else f"{key}={value}"
