"""The bill of materials: complete, with hashes, and CycloneDX by its own schema."""

from __future__ import annotations

import json

import pytest
from scripts import sbom

pytest.importorskip("cyclonedx", reason="needs `uv sync --group release`")
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

EXPORTED = """\
click==8.5.1 \\
    --hash=sha256:{one} \\
    --hash=sha256:{two}
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:{one}
""".format(one="1" * 64, two="2" * 64)
PROJECT = {"name": "sam-deploy", "version": "0.1.0", "license": "MIT"}


def test_packages_are_read_with_markers_and_all_hashes() -> None:
    """A hash for each file of the version, whatever platform it is for."""
    click, colorama = sbom.read(EXPORTED)
    assert ("click", "8.5.1", "") == (click.name, click.version, click.marker)
    assert ("1" * 64, "2" * 64) == click.sha256
    assert ("colorama", "sys_platform == 'win32'") == (colorama.name, colorama.marker)


def test_licences_are_those_of_the_metadata() -> None:
    """What is not installed here is said to be not known."""
    assert "BSD-3-Clause" == sbom.licence_of("click")
    assert "" == sbom.licence_of("no-such-package-anywhere")
    told = sbom.licences(sbom.read(EXPORTED.replace("colorama", "no-such-package-anywhere")))
    assert "BSD-3-Clause: click\nnot installed here: no-such-package-anywhere\n" == told


def test_the_document_is_cyclonedx_and_the_same_each_time() -> None:
    """Valid by the schema, without a time or a number by chance."""
    made = json.dumps(sbom.bill(PROJECT, sbom.read(EXPORTED)))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made) is None
    assert made == json.dumps(sbom.bill(PROJECT, sbom.read(EXPORTED)))
    assert made != json.dumps(sbom.bill(PROJECT, sbom.read(EXPORTED.replace("8.5.1", "8.5.2"))))


def test_what_is_not_cyclonedx_is_found() -> None:
    """The judge judges: a hash that is none is a mistake."""
    wrong = json.dumps(sbom.bill(PROJECT, sbom.read(EXPORTED))).replace("1" * 64, "1" * 9)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(wrong) is not None
