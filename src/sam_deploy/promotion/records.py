"""What is kept of releases: which versions an environment served, from when on, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from sam_deploy.deploy.journal import utc_now
from sam_deploy.errors import RefusedError
from sam_deploy.history import ReleaseRecord, ServedVersion
from sam_deploy.history.verdict import RECORD, RELEASE
from sam_deploy.promotion import book as books
from sam_deploy.promotion import reading
from sam_deploy.promotion.book import Book
from sam_deploy.promotion.model import Key, ReleasePlan, Version

if TYPE_CHECKING:
    from sam_deploy.promotion.engine import Engine
    from sam_deploy.promotion.session import Session

TRIES: Final = 10
Image = Mapping[str, Mapping[str, ServedVersion]]
"""Function's name on AWS -> region -> what it serves."""


def found(session: Session, plan: ReleasePlan) -> str:
    """Return the id under which what an environment serves now has to be put on record.

    '' when its newest record says so already. It does not when the environment was never promoted,
    when somebody has moved an alias by other means, or when it does not tell of every function.
    """
    latest = session.releases.latest(plan.environment)
    there = [each for each in plan.flips if each.key not in plan.new]
    if not there:
        return ""
    known = latest.image if latest else {}
    same = latest is not None and all(
        (was := known.get(each.function, {}).get(each.region)) and was.version == each.before.number
        for each in there
    )
    if same and not beside(session, plan, known, plan.without):
        return ""
    return _id(plan, latest.number + 1 if latest else 1)


def before(session: Session, plan: ReleasePlan, book: Book) -> None:
    """What the environment served before is on record when the journal says that it must be.

    So that it can be gone back to. Raises `SupersededError`. Safe to repeat.
    """
    if not book.entry.release.get(books.FOUND):
        return
    latest = session.releases.latest(plan.environment)
    known = latest.image if latest else {}
    image = {each.key: each.before for each in plan.flips if each.key not in plan.new}
    image |= beside(session, plan, known, _left_out(plan, book))
    record = ReleaseRecord(
        environment=plan.environment,
        act="found",
        made=utc_now(),
        who=session.owner.who,
        host=session.owner.host,
        promotion=book.id,
        image=merged(known, image),
        note="as it was found: never promoted, or moved by other means",
    )
    made = _kept(session, book, books.FOUND, record)
    session.audit.append(
        "found", {RELEASE: made.id, RECORD: made.sha256, "environment": plan.environment}
    )


def released(session: Session, engine: Engine, approval: str) -> ReleaseRecord:
    """Return the record of a release that is live in every region. Safe to repeat.

    From now on nothing goes back: the journal says so, with the id of the record, before there is
    one. Raises `SupersededError`.
    """
    plan, book = engine.plan, engine.book
    latest = session.releases.latest(plan.environment)
    if not book.entry.release.get(books.RELEASE):
        book.phase("committed", release=_id(plan, latest.number + 1 if latest else 1))
    known, left_out = latest.image if latest else {}, {*plan.without, *engine.without}
    served = beside(session, plan, known, left_out) | {f.key: f.after for f in engine.flips}
    record = ReleaseRecord(
        environment=plan.environment,
        act=plan.act,
        made=utc_now(),
        who=session.owner.who,
        host=session.owner.host,
        source=plan.source,
        digest=plan.approved,
        promotion=book.id,
        approval=approval,
        image=merged(known, served),
        moved=_moved(plan, engine),
        left_out=tuple(sorted(left_out)),
        note=book.entry.release.get(books.NOTE, ""),
    )
    return _kept(session, book, books.RELEASE, record)


def beside(
    session: Session, plan: ReleasePlan, known: Image, without: Collection[str]
) -> dict[Key, Version]:
    """Return what functions serve of which neither the plan nor the newest record tells.

    A record tells of every function, also when a release is one of a few (`--only`). What the
    newest record says of the others stays: where that is not what they serve, `status` has to show
    it. Where it says nothing they are read. A region that cannot be read holds nothing up: what it
    serves is put on record by the next release that reaches it.
    """
    told = {each.key for each in plan.flips}
    places = [
        each
        for each in reading.spots(session.app, plan.environment, "", (), without)
        if (each.region, each.function) not in told
        and each.region not in known.get(each.function, {})
    ]
    sight = reading.read(places, plan.environment, "", session.to.aws)
    return {
        (each.spot.region, each.spot.function): reading.version_of(each.serves)
        for each in sight.seen
        if each.serves is not None
    }


def _left_out(plan: ReleasePlan, book: Book) -> set[str]:
    return {*plan.without, *book.entry.release.get(books.WITHOUT, "").split()}


def _kept(session: Session, book: Book, what: str, record: ReleaseRecord) -> ReleaseRecord:
    """Return the record, once it lies under the id that the journal names.

    The journal alone decides about ids: who was put aside may still write, but nothing else.
    """
    for _ in range(TRIES):
        number = int(book.entry.release[what].rpartition("-")[2])
        kept = session.releases.keep(record, number)
        if kept is not None:
            return kept
        following = session.releases.following(record.environment)
        book.note(**{what: f"{record.environment}-{following}"})
    raise RefusedError(
        f"The release of {record.environment} could not be put on record",
        why=f"others were put on record at the same moment, {TRIES} times in a row",
        hint="run the same command again",
    )


def _id(plan: ReleasePlan, number: int) -> str:
    return f"{plan.environment}-{number}"


def _moved(plan: ReleasePlan, engine: Engine) -> tuple[tuple[str, str], ...]:
    came = [(function, region) for region, function in plan.new]
    moved = [(each.function, each.region) for each in engine.moves]
    return tuple(dict.fromkeys([*came, *moved]))


def merged(image: Image, served: Mapping[tuple[str, str], Version]) -> Image:
    """Return an image with what these (region, function) serve now."""
    found = {function: dict(regions) for function, regions in image.items()}
    for (region, function), version in served.items():
        places = found.setdefault(function, {})
        was = places.get(region)
        same = was and (was.version, was.code_sha256) == (version.number, version.code_sha256)
        commit = version.made_of or (was.commit if was and same else "")
        places[region] = ServedVersion(version.number, version.code_sha256, commit)
    return found
