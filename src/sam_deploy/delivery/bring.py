"""Brings to each region what its stacks will refer to, where something will change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sam_deploy import deploy, naming, provide
from sam_deploy.delivery.to import Delivering
from sam_deploy.delivery.under_way import Found
from sam_deploy.deploy import Engine
from sam_deploy.deploy.journal import Entry, Journal
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
    stacks = [
        (manifest.templates[each.name].certificates, each.regions) for each in manifest.stacks
    ]
    wanted = certificates.share_out(stacks, manifest.home_region)
    to_certify = {
        region: needed
        for region, needed in wanted.items()
        if not _all_issued(engine, needed) or region not in same
    }
    for region in same:
        to.report(StepsSkipped(region, len(PROVIDE_STEPS) - (region in to_certify)))
    brought = provide.ensure(
        manifest.needs,
        sources,
        found.account,
        to.aws,
        regions=[region for region in manifest.regions if region not in same],
        certificates=to_certify,
        tags=manifest.tags,
        report=to.report,
        stop=to.stop,
        at_once=to.options.at_once,
    )
    descriptions = {layer.name: layer.description for layer in manifest.needs.layers}
    for region, ready in brought.items():
        if ready.layer_arns:
            journal.layers(
                region, {descriptions[name]: arn for name, arn in ready.layer_arns.items()}
            )
    every = tuple(each for ready in brought.values() for each in ready.certificates)
    validation.tell(every, to.report)
    # a certificate of us-east-1 is seen to in the home region, and used in others
    regions = {
        region: replace(ready, certificates=every) for region, ready in {**brought, **same}.items()
    }
    return Provisions(found.account, regions)


def _all_issued(engine: Engine, wanted: Sequence[Wanted]) -> bool:
    """Whether the standing stacks have all these certificates, so that nobody has to look."""
    needs = {each.need for each in wanted}
    return all(need.parameter for need in needs) and all(
        live.stack.parameters.get(need.parameter)
        for place, live in engine.live.items()
        for need in engine.manifest.templates[place[0]].certificates
        if need in needs and live.stack and need.used_in in {"", place[1]}
    )


def unchanged_regions(engine: Engine, entry: Entry) -> dict[str, RegionProvisions]:
    """Return what regions stand on in which no stack will change, so that nothing is brought there.

    That is known without a question when the journal remembers which layer versions hold the
    content of this manifest, and every stack has exactly this text with exactly these versions.
    """
    manifest = engine.manifest
    found = {}
    for region in () if entry.is_open else manifest.regions:
        ready = _remembered(manifest, engine.account, region, entry)
        if ready is not None and all(
            deploy.is_as_it_should_be(
                engine.live[place],
                manifest.templates[place[0]],
                engine.work(place, ready).parameters,
                manifest.tags,
            )
            for place in manifest.places
            if place[1] == region
        ):
            found[region] = ready
    return found


def _remembered(
    manifest: Manifest, account: str, region: str, entry: Entry
) -> RegionProvisions | None:
    known = entry.layers.get(region, {})
    if any(layer.description not in known for layer in manifest.needs.layers):
        return None
    bucket = naming.artifact_bucket_name(manifest.name, account, region)
    arns = {layer.name: known[layer.description] for layer in manifest.needs.layers}
    return RegionProvisions(bucket, arns)
