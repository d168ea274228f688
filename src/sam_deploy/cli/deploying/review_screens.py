"""What a deployment would change, as people read it: what is lost first, additions in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import plural

if TYPE_CHECKING:
    from sam_deploy.aws import Change
    from sam_deploy.deploy import Review
    from sam_deploy.template import Origin, Template

SHOWN: Final = 12
"""Changes of one kind that are listed for a stack; the rest is counted."""


def review_text(
    reviews: Sequence[Review], templates: Mapping[str, Template], environment: str
) -> str:
    """Return the changes of all stacks; regions in which they are the same stand together."""
    lines: list[str] = []
    for stack, regions, review in _together(reviews):
        lines.append(f"{stack} in {', '.join(regions)}: {_sum(review)}")
        origins = templates[stack].origins
        lines += [f"  {line}" for line in _lines(review.changes, origins, environment)]
    return "\n".join(lines)


def _together(reviews: Sequence[Review]) -> Iterator[tuple[str, list[str], Review]]:
    groups: dict[tuple[object, ...], tuple[Review, list[str]]] = {}
    for each in reviews:
        changes = tuple(sorted((c.action, c.logical_id, c.replacement) for c in each.changes))
        key = (each.stack, each.way, changes)
        groups.setdefault(key, (each, []))[1].append(each.region)
    for review, regions in groups.values():
        yield review.stack, regions, review


def _sum(review: Review) -> str:
    if review.empty:
        return "no changes"
    counts = Counter(_kind(each) for each in review.changes)
    words = {"replace": "to replace", "remove": "to remove", "change": "to change", "add": "to add"}
    told = ", ".join(f"{counts[kind]} {text}" for kind, text in words.items() if counts[kind])
    how = {"create": "new stack", "recreate": "deleted and made anew"}.get(review.way, "")
    return ", ".join(part for part in (how, told) if part) or "outputs or tags only"


def _kind(change: Change) -> str:
    if change.action == "Remove":
        return "remove"
    if change.action == "Add":
        return "add"
    return "replace" if change.replacement == "True" else "change"


def _lines(
    changes: Sequence[Change], origins: Mapping[str, Origin], environment: str
) -> Iterator[str]:
    for kind, sign in (("replace", "-/+"), ("remove", "-"), ("change", "~")):
        of_kind = [each for each in changes if _kind(each) == kind]
        for each in of_kind[:SHOWN]:
            more = _more(each, origins, environment)
            yield f"{sign:3} {kind} {each.logical_id} ({each.resource_type}){more}"
        if len(of_kind) > SHOWN:
            yield f"{sign:3} and {len(of_kind) - SHOWN} more to {kind}"
    added = Counter(each.resource_type for each in changes if _kind(each) == "add")
    if added:
        named = ", ".join(f"{count} {name}" for name, count in added.most_common(SHOWN))
        rest = len(added) - SHOWN
        yield f"+   add {named}" + (f" and {plural(rest, 'more type')}" if rest > 0 else "")


def _more(change: Change, origins: Mapping[str, Origin], environment: str) -> str:
    notes = []
    if change.replacement == "Conditional":
        notes.append(f"may be replaced: {', '.join(change.properties) or 'depends'}")
    origin = origins.get(change.logical_id)
    if origin and origin.environment and origin.environment != environment:
        notes.append(f"of {origin.environment}")
    return f" [{'; '.join(notes)}]" if notes else ""
