"""Whether names that a stack would take are taken: CloudFormation would fail at them halfway.

May call, for names that are new only: one call a name (GetFunctionConfiguration, HeadBucket,
DescribeTable, ...), one a region for all queues and for all log groups, one for ten parameters.
Where something was found: ListStackResources once a stack, DescribeStackResources once a find.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sam_deploy.aws import CloudFormation, StackResource
from sam_deploy.aws.names import PARAMETERS_AT_ONCE, Names, Taken
from sam_deploy.deploy.leftovers import GONE
from sam_deploy.deploy.preflight.asking import ask
from sam_deploy.deploy.preflight.changing import Changing, changing
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.deploy.preflight.named import GLOBAL, Named, named, new_names
from sam_deploy.errors import RefusedError

UNKNOWN: Final = "nobody has looked whether names are taken"
CAN_EXIST: Final = frozenset({"bucket", "event bus", "queue", "table", "topic"})
"""What `existing=True` can refer to."""
DESTROYED_LATER: Final = frozenset({"bucket", "table"})
"""What `destroy` finds by its name when the stack that made it is gone."""
Place: TypeAlias = tuple[str, str]
Question: TypeAlias = "tuple[str, str, str, tuple[str, ...]]"
"""(region, thing, group, names)."""


@dataclass(frozen=True, slots=True)
class Collision:
    """A name that is taken, and by whom as far as that is known."""

    wanted: Named
    holder: str = ""
    """In words."""


def collisions(facts: Facts) -> Iterator[Finding]:
    """Yield one error a stack, with every name that is taken, and with the ways out."""
    changes = changing(facts)
    wanted = {(each.stack, each.region): new_names(each) for each in changes}
    twice = {place: tuple(within_stack(each)) for each in changes if (place := _place(each))}
    yield from twice_in_a_deployment(wanted)
    answers, untold = ask(facts, questions(facts, wanted), UNKNOWN)
    yield from untold
    taken = {
        (region, thing, group, name): found
        for (region, thing, group, _), there in answers.items()
        for name, found in there.items()
    }
    outside, untold = _outside(facts, changes, wanted, taken)
    yield from untold
    for each in changes:
        yield from told(each, (*twice[_place(each)], *outside.get(_place(each), ())))


def _place(change: Changing) -> Place:
    return change.stack, change.region


def within_stack(change: Changing) -> Iterator[Collision]:
    """Yield names that move to another logical id: the new comes before the old goes. Pure."""
    holders = {each.key: each.logical_id for each in named(change.before)}
    for each in new_names(change):
        holder = holders.get(each.key, each.logical_id)
        if holder != each.logical_id:
            yield Collision(each, f"`{holder}` of this stack has it, and goes only afterwards")


def twice_in_a_deployment(wanted: Mapping[Place, Sequence[Named]]) -> Iterator[Finding]:
    """Yield global names that two stacks or regions would both make. Pure."""
    makers: dict[tuple[str, str, str], list[Place]] = defaultdict(list)
    for place, names in wanted.items():
        for each in names:
            if each.thing in GLOBAL and each.certain:
                makers[each.key].append(place)
    for (thing, _, name), places in makers.items():
        if len(places) > 1:
            where = ", ".join(f"`{stack}` in `{region}`" for stack, region in places)
            yield Finding(
                error=RefusedError(
                    f"{thing.capitalize()} `{name}` would be made {len(places)} times",
                    why=f"by {where}; its name exists once for all regions",
                    hint="put `${AWS::Region}` into the name, or leave the name to CloudFormation",
                )
            )


def questions(
    facts: Facts, wanted: Mapping[Place, Sequence[Named]]
) -> dict[Question, Callable[[], Mapping[str, Taken]]]:
    """Return what has to be asked about names, each once: a call or few for each."""
    names: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for (_, region), found in wanted.items():
        for each in found:
            names[region, each.thing, each.group][each.name] = None
    asked: dict[Question, Callable[[], Mapping[str, Taken]]] = {}
    for (region, thing, group), listed in names.items():
        gateway = Names(facts.aws, region)
        for some in _portions(thing, sorted(listed)):
            asked[region, thing, group, some] = _question(facts, gateway, thing, some, group)
    return asked


def _portions(thing: str, names: Sequence[str]) -> list[tuple[str, ...]]:
    most = {"log group": len(names), "queue": len(names), "parameter": PARAMETERS_AT_ONCE}.get(
        thing, 1
    )
    return [tuple(names[at : at + most]) for at in range(0, len(names), most)]


def _question(
    facts: Facts, gateway: Names, thing: str, names: tuple[str, ...], group: str
) -> Callable[[], Mapping[str, Taken]]:
    match thing:
        case "log group":
            return functools.partial(gateway.log_groups, names)
        case "queue":
            return functools.partial(gateway.queues, names)
        case "parameter":
            return functools.partial(gateway.parameters, names)
        case "bucket":
            return functools.partial(gateway.bucket, names[0])
        case "domain prefix":
            return functools.partial(gateway.user_pool_domain, names[0])
        case "topic":
            return functools.partial(gateway.topic, names[0], facts.account)
        case _:
            return functools.partial(gateway.find, thing, names[0], group)


Finds: TypeAlias = "dict[tuple[Place, Named], Taken]"


def _outside(
    facts: Facts,
    changes: Sequence[Changing],
    wanted: Mapping[Place, Sequence[Named]],
    taken: Mapping[tuple[str, str, str, str], Taken],
) -> tuple[dict[Place, list[Collision]], list[Finding]]:
    """Return what is taken outside of the stacks that want it, and by which stack."""
    finds: Finds = {
        (_place(each), name): found
        for each in changes
        for name in wanted[_place(each)]
        if (found := taken.get((each.region, name.thing, name.group, name.name)))
    }
    new = {_place(each) for each in changes if each.is_new}
    held, untold = ask(
        facts,
        {
            place: functools.partial(CloudFormation(facts.aws, place[1]).resources, place[0])
            for place in {place for place, _ in finds} - new
        },
        "whether stacks hold what was found is not known",
    )
    finds = {
        (place, name): found
        for (place, name), found in finds.items()
        if not holds(held.get(place, ()), name, found)
    }
    holders = _holders(facts, finds)
    outside: dict[Place, list[Collision]] = defaultdict(list)
    for (place, name), found in finds.items():
        words = in_words(holders.get((place, name), ""), place, foreign=found.foreign)
        outside[place].append(Collision(name, words))
    return outside, untold


def _holders(facts: Facts, finds: Finds) -> dict[tuple[Place, Named], str]:
    """Return the stacks that made what was found: a convenience, so that a refusal is not told."""
    asked = {
        (place, name): functools.partial(Names(facts.aws, place[1]).stack_of, found.physical_id)
        for (place, name), found in finds.items()
        if not found.foreign
    }
    return ask(facts, asked, "")[0]


def holds(resources: Sequence[StackResource], wanted: Named, found: Taken) -> bool:
    """Whether what was found is the stack's own: an update failed, and its text is another one."""
    return any(
        each.logical_id == wanted.logical_id
        and each.status not in GONE
        and each.physical_id in {found.physical_id, wanted.name}
        for each in resources
    )


def in_words(holder: str, place: Place, *, foreign: bool) -> str:
    """Return who has a name."""
    if foreign:
        return "in another AWS account"
    if holder == place[0]:
        return "left behind by this stack"
    return f"made by stack `{holder}`" if holder else ""


def told(change: Changing, found: Sequence[Collision]) -> Iterator[Finding]:
    """Yield one error for all names that a stack cannot take; warnings for what may come. Pure."""
    certain = {each.wanted.key: each for each in reversed(found) if each.wanted.certain}
    for each in found:
        if not each.wanted.certain:
            words = f"{_line(change, each)} exists already; `{change.stack}` could not make it"
            yield Finding(warning=words, region=change.region)
    if not certain:
        return
    listed = tuple(_line(change, each) for each in reversed(certain.values()))
    exist = "name is" if len(listed) == 1 else "names are"
    yield Finding(
        error=RefusedError(
            f"{len(listed)} {exist} taken that `{change.stack}` needs in `{change.region}`",
            why="CloudFormation would fail halfway with AlreadyExists, and take everything back",
            problems=listed,
            hint=way_out(change, tuple(certain.values())),
        ),
        region=change.region,
    )


def _line(change: Changing, collision: Collision) -> str:
    wanted = collision.wanted
    cause = change.cause(wanted.logical_id)
    owner = f"`{wanted.logical_id}`" + (f", {cause}" if cause else "")
    holder = f": {collision.holder}" if collision.holder else ""
    return f"{wanted.thing} `{wanted.name}` ({owner}){holder}"


def way_out(change: Changing, found: Sequence[Collision]) -> str:
    """Return what can be done about all of these. Pure."""
    ours = bool(change.template.origins)
    ways = ["choose another name", "delete what nobody needs any more"]
    can_exist = [each.wanted for each in found if ours and each.wanted.thing in CAN_EXIST]
    listened_to = [each for each in can_exist if _notifies(change, each)]
    if len(can_exist) > len(listened_to):
        ways.insert(0, "use what is there by `existing=True`")
    if listened_to and can_exist != listened_to:
        ways[0] += f" (but {', '.join(f'`{each.name}`' for each in listened_to)}: `on_upload`)"
    if ours and change.is_new and any(_is_left(each) for each in found):
        ways[-1] += " (`sam-deploy destroy --delete-data NAME` for what an earlier one left)"
    return f"{', '.join(ways)}, or take it into the stack by a CloudFormation import"


def _notifies(change: Changing, wanted: Named) -> bool:
    """Whether it is a bucket with triggers: those are a part of it, which its own stack makes."""
    properties = change.after.resources[wanted.logical_id].get("Properties")
    return isinstance(properties, Mapping) and "NotificationConfiguration" in properties


def _is_left(collision: Collision) -> bool:
    """Whether `destroy` would find it: no stack and nobody else has it."""
    return not collision.holder and collision.wanted.thing in DESTROYED_LATER
