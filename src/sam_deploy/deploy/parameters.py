"""What a template asks for, as it is in one region. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sam_deploy import naming
from sam_deploy.manifest import Manifest
from sam_deploy.provide import RegionProvisions, certificates
from sam_deploy.template import Template


def parameters(
    manifest: Manifest,
    template: Template,
    ready: RegionProvisions,
    region: str,
    standing: Mapping[str, str],
) -> dict[str, str]:
    """Return what the template asks for, as it is in this region.

    `standing` are the parameters of the stack as it is: what a certificate is not issued for yet
    stays as it was.
    """
    first_region = next(
        stack.first_region for stack in manifest.stacks if stack.name == template.stack_name
    )
    facts = {
        naming.ARTIFACT_BUCKET: ready.bucket,
        naming.SAM_ARTIFACT_BUCKET: ready.bucket,
        naming.FIRST_REGION: "yes" if region == first_region else "no",
        naming.REGION_SUFFIX: naming.region_suffix(region, manifest.home_region),
        **certificates.parameters(template.certificates, region, ready.certificates, standing),
    }
    arns = {
        parameter: ready.layer_arns[layer] for layer, parameter in template.layer_parameters.items()
    }
    asked = {name: value for name, value in facts.items() if name in template.parameters}
    return asked | arns | dict(template.values)
