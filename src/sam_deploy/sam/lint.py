"""Holds a template to AWS's own rules as its author wrote it, in this process, without a network.

cfn-lint knows SAM templates and runs AWS's own transform on them, so it is given the file itself:
its findings have the author's lines. Takes seconds to import: only here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sam_deploy.sam.model import SamTemplate

IGNORED: Final = ("W2001",)
"""Unused parameters are the author's business."""
OTHER_KINDS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null", "timestamp")
)


def lint(template: SamTemplate, regions: Sequence[str]) -> tuple[str, ...]:
    """Return the errors of a template in these regions, each with its line; none is good."""
    # Seconds of start-up that only a deployment has to pay.
    from cfnlint import ConfigMixIn  # noqa: PLC0415
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415
    from cfnlint.runner import Runner  # noqa: PLC0415

    decoded, unreadable = decode_str(with_text_keys(template.text))
    config = ConfigMixIn(regions=list(regions), ignore_checks=list(IGNORED))
    matches = list(unreadable) or list(Runner(config).validate_template(decoded))
    errors = [match for match in matches if str(match.rule.severity) == "error"]
    return tuple(dict.fromkeys(_words(template, match) for match in errors))


def with_text_keys(text: str) -> str:
    """Return a YAML template whose keys are all texts, as CloudFormation takes them; same lines.

    `200:` in an OpenAPI body is a number to YAML, and cfn-lint cannot sort it beside `default:`.
    Text that is not YAML is returned as it is, for cfn-lint to say so.
    """
    import yaml  # noqa: PLC0415 - beside its only use

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return text
    for start, end in sorted(set(_bare_keys(root)), reverse=True):
        text = f'{text[:start]}"{text[start:end]}"{text[end:]}'
    return text


def _bare_keys(node: Any) -> Iterator[tuple[int, int]]:  # noqa: ANN401 - PyYAML has no types here
    """Yield where the plain keys stand that YAML takes for something else than text."""
    if node is None or isinstance(node.value, str):
        return
    for item in node.value:
        key, value = item if isinstance(item, tuple) else (None, item)
        if key is not None and _is_bare(key):
            yield key.start_mark.index, key.end_mark.index
        yield from _bare_keys(value)


def _is_bare(key: Any) -> bool:  # noqa: ANN401 - the same
    return isinstance(key.value, str) and key.style is None and key.tag in OTHER_KINDS


def _words(template: SamTemplate, match: object) -> str:
    """Return `template.yaml:12: Resources.Api.Timeout: ... (E3012)`."""
    path = [str(part) for part in getattr(match, "path", None) or () if part != "Properties"]
    line = getattr(match, "linenumber", 0)
    rule = getattr(getattr(match, "rule", None), "id", "")
    where = f"{template.file.name}:{line}: {'.'.join(path) or 'template'}"
    return f"{where}: {getattr(match, 'message', '')} ({rule})"
