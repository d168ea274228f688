"""Brings to each region what its stacks will refer to, where something will change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sam_deploy import deploy, naming, provide
from sam_deploy.delivery.to import Delivering
from sam_deploy.delivery.under_way import Found
from sam_deploy.deploy import Engine, Place
from sam_deploy.deploy.journal import Entry, Journal
from sam_deploy.errors import IncompleteError, SamDeployError, UnreachableError
from sam_deploy.events import PhaseStarted, StepsSkipped
from sam_deploy.manifest import Manifest
from sam_deploy.provide import Provisions, RegionProvisions, certificates, validation
from sam_deploy.provide.certificates import Wanted
from sam_deploy.steps import PROVIDE_STEPS


def bring(
    to: Delivering,
    engine: Engine,
    journal: Journal,
    found: Found,
    sources: Mapping[str, Path],
) -> Provisions:
    """Bring what is missing to the regions in which something will change."""
    manifest = engine.manifest
    to.report(PhaseStarted("provide", "Bringing archives and layers to every region"))
    same = unchanged_regions(engine, found.entry)
    to_certify = _to_certify(engine, same)
    for region in same:
        to.report(StepsSkipped(region, len(PROVIDE_STEPS) - (region in to_certify)))
    brought, failed = provide.ensure(
        manifest.needs,
        sources,
        found.account,
        to.aws,
        regions=[r for r in manifest.regions if r not in same and not _is_lost(engine, r)],
        certificates=to_certify,
        tags=manifest.tags,
        report=to.report,
        stop=to.stop,
        at_once=to.options.at_once,
    )
    for region, error in failed.items():
        engine.lose(region, _not_ready(region, error))
    _remember(journal, manifest, brought)
    every = tuple(each for ready in brought.values() for each in ready.certificates)
    validation.tell(every, to.report)
    # a certificate of us-east-1 is seen to in the home region, and used in others
    regions = {
        region: replace(ready, certificates=every) for region, ready in {**brought, **same}.items()
    }
    return Provisions(found.account, regions)


def _to_certify(
    engine: Engine, same: Mapping[str, RegionProvisions]
) -> dict[str, tuple[Wanted, ...]]:
    """Return the certificates that each region has to see to."""
    manifest = engine.manifest
    needs = [(manifest.templates[each.name].certificates, each.regions) for each in manifest.stacks]
    return {
        region: wanted
        for region, wanted in certificates.share_out(needs, manifest.home_region).items()
        if not _all_issued(engine, wanted) or region not in same
        if not _is_lost(engine, region)
    }


def _remember(
    journal: Journal, manifest: Manifest, brought: Mapping[str, RegionProvisions]
) -> None:
    """Which layer versions hold which content need not be asked for again."""
    descriptions = {layer.name: layer.description for layer in manifest.needs.layers}
    for region, ready in brought.items():
        arns = {descriptions[name]: arn for name, arn in ready.layer_arns.items()}
        if arns:
            journal.layers(region, arns)


def _not_ready(region: str, error: SamDeployError) -> SamDeployError:
    if isinstance(error, UnreachableError):
        return error
    return IncompleteError(
        f"Archives and layers are not in `{region}`",
        why=str(error),
        state="no stack was touched there; what the environments serve there is as before",
        hint=error.hint or "run the same command again; it does only what is missing",
    )


def _all_issued(engine: Engine, wanted: Sequence[Wanted]) -> bool:
    """Whether the standing stacks have all these certificates, so that nobody has to look."""
    needs = {each.need for each in wanted}
    return all(need.parameter for need in needs) and all(
        live.stack.parameters.get(need.parameter)
        for place, live in engine.live.items()
        for need in engine.manifest.templates[place[0]].certificates
        if need in needs and live.stack and need.used_in in {"", place[1]}
    )


def _is_lost(engine: Engine, region: str) -> bool:
    return any(place[1] == region for place in engine.lost)


def unchanged_regions(engine: Engine, entry: Entry) -> dict[str, RegionProvisions]:
    """Return what regions stand on in which no stack will change, so that nothing is brought there.

    That is known without a question when the journal remembers which layer versions hold the
    content of this manifest, and every stack has exactly this text with exactly these versions.
    """
    manifest = engine.manifest
    found = {}
    for region in () if entry.is_open else manifest.regions:
        if _is_lost(engine, region):
            continue
        ready = _remembered(manifest, engine.account, region, entry)
        alone = Provisions(engine.account, {region: ready} if ready else {})
        if ready is not None and all(
            is_unchanged(engine, place, alone) for place in manifest.places if place[1] == region
        ):
            found[region] = ready
    return found


def is_unchanged(engine: Engine, place: Place, provisions: Provisions) -> bool:
    """Whether a stack is known to be as it should be, or falls behind anyway."""
    if place in engine.lost:
        return True
    return deploy.is_as_it_should_be(
        engine.live[place],
        engine.manifest.templates[place[0]],
        engine.work(place, provisions.regions[place[1]]).parameters,
        engine.manifest.tags,
    )


def _remembered(
    manifest: Manifest, account: str, region: str, entry: Entry
) -> RegionProvisions | None:
    known = entry.layers.get(region, {})
    if any(layer.description not in known for layer in manifest.needs.layers):
        return None
    bucket = naming.artifact_bucket_name(manifest.name, account, region)
    arns = {layer.name: known[layer.description] for layer in manifest.needs.layers}
    return RegionProvisions(bucket, arns)
