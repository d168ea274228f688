"""Says single values, paths and changes of a template as people read them. Pure."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sam_deploy.template.compare.properties import Member, Path, Property, is_function
from sam_deploy.template.compare.reading import Plain

WIDTH: Final = 60
"""Characters of a value that are shown; the whole is in the JSON."""
BEFORE: Final = 12
"""Characters of what two long values begin with alike that are shown."""
LINES: Final = 20
"""Lines of a text's difference that are shown."""
HASH: Final = re.compile(r"([0-9a-f]{8})[0-9a-f]{56}(?=\.zip$)")
CODE: Final = frozenset({"Code", "CodeUri", "Content", "ContentUri"})
"""Properties that say where an archive is."""
SHORT: Final = {"Ref": "!Ref", "Condition": "!Condition", "Fn::Sub": "!Sub"}
ELLIPSIS: Final = "..."


def path_text(path: Path) -> str:
    """Return Properties.Tags[Project].Value; a member without a key is called as its list is."""
    text = ""
    for step in path:
        if isinstance(step, Member):
            text += f"[{step.name}]" if step.keyed else ""
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def property_lines(change: Property, *, whole: bool = False) -> Iterator[str]:
    """Yield the lines that tell one property: one, but for texts of several lines."""
    name = path_text(change.path).removeprefix("Properties.")
    hashes = _code(change)
    if hashes:
        yield f"code: {hashes[0]} -> {hashes[1]}"
    elif change.action == "add":
        yield f"+ {name}: {value_text(change.new, whole=whole)}"
    elif change.action == "remove":
        yield f"- {name}: {value_text(change.old, whole=whole)}"
    elif (texts := _texts(change.old, change.new)) is not None:
        yield f"{name}:"
        yield from _text_difference(*texts, whole=whole)
    else:
        old, new = full_text(change.old), full_text(change.new)
        if not whole:
            old, new = shortened(old, new)
        yield f"{name}: {old} -> {new}"


def _texts(old: Plain, new: Plain) -> tuple[str, str] | None:
    """Return two values as texts of several lines, when that is what they are, or hold as JSON."""
    before, after = _text(old), _text(new)
    if before is None or after is None or "\n" not in before + after:
        return None
    return before, after


def _text(value: Plain) -> str | None:
    match value:
        case {"Fn::Sub": str(text)} | str(text):
            return _laid_out(text) if len(text) > WIDTH else text
        case _:
            return None


def _laid_out(text: str) -> str:
    """Return JSON, such as the body of a dashboard, with a line for each value."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return json.dumps(found, indent=1, ensure_ascii=False)


def _code(change: Property) -> tuple[str, str] | None:
    """Return the short hashes of two archives, when that is what changed."""
    steps = [step for step in change.path if isinstance(step, str)]
    if len(steps) < 2 or steps[0] != "Properties" or steps[1] not in CODE:  # noqa: PLR2004
        return None
    old, new = HASH.search(str(change.old)), HASH.search(str(change.new))
    return (old[1], new[1]) if old and new else None


def _text_difference(old: str, new: str, *, whole: bool) -> Iterator[str]:
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=1, lineterm=""))[2:]
    lines = [line for line in found if not line.startswith("@@")]
    shown = lines if whole else lines[:LINES]
    yield from (f"  {line}".rstrip() for line in shown)
    if len(lines) > len(shown):
        yield f"  {ELLIPSIS} {len(lines) - len(shown)} more lines"


def value_text(value: Plain, *, whole: bool = False) -> str:
    """Return a value on one line, cut when it is long."""
    text = full_text(value)
    return text if whole else _cut(text)


def shortened(old: str, new: str) -> tuple[str, str]:
    """Return two texts cut so that the place where they begin to differ is seen."""
    if max(len(old), len(new)) <= WIDTH:
        return old, new
    alike = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
    alike = min(len(old), len(new)) if alike is None else alike
    start = max(0, alike - BEFORE)
    lead = ELLIPSIS if start else ""
    return lead + _cut(old[start:]), lead + _cut(new[start:])


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - len(ELLIPSIS)] + ELLIPSIS


def full_text(value: Plain) -> str:
    """Return a value on one line: functions short, as in `!Ref Queue`, the rest as JSON."""
    if isinstance(value, str):
        bare = value and value == value.strip() and value.isprintable()
        return value if bare else json.dumps(value, ensure_ascii=False)
    return _inner(value)


def _inner(value: Plain) -> str:
    match value:
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"!GetAtt {name}.{attribute}"
        case {"Ref": str(text)} | {"Condition": str(text)} | {"Fn::Sub": str(text)} if is_function(
            value
        ):
            return f"{_tag(value)} {text}"
        case Mapping():
            entries = (f"{key}: {_inner(each)}" for key, each in value.items())
            return f"{{{', '.join(entries)}}}"
        case list():
            return _listed(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _tag(function: Plain) -> str:
    names = list(function) if isinstance(function, dict) else []
    return SHORT[names[0]]


def _listed(values: Sequence[Plain]) -> str:
    return f"[{', '.join(_inner(each) for each in values)}]"
