"""Public-style SAM templates pass through us unchanged in meaning, or are refused with a reason.

The judge is AWS's own SAM translator: what it makes of our rendered template and what it makes of
the original are one and the same CloudFormation, except for where code lies.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from samtranslator.model import sam_resources
from samtranslator.model.eventsources import cloudwatchlogs, pull, push, scheduler
from tests.contract.translated import BUCKET, REGION, originally, ours, read

from sam_deploy import sam
from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import BuildUnit

TEMPLATES: Final = Path(__file__).parent.parent / "sam_templates"
ACCEPTED: Final = sorted(
    folder.name for folder in TEMPLATES.glob("*/") if any(folder.glob("template.*"))
)
REFUSED: Final = sorted(folder.name for folder in (TEMPLATES / "refused").iterdir())

LINT_EXCEPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "capacity_provider": ("E1010", "cfn-lint knows no attributes of a SAM capacity provider yet"),
    "raw_files": ("E3012", "cfn-lint does not know that this one is packaged, too: BodyS3Location"),
}
NOT_SHOWN: Final = {
    "AWS::Serverless::Application": "nested applications are refused",
    "AWS::Serverless::MicrovmImage": "no function: an image, which is refused",
    "AWS::Serverless::NetworkConnector": "belongs to MicroVM images",
    "AWS::Serverless::WebFunction": "not in the SAM specification yet",
}
"""What of SAM no template of ours uses, and why."""
TRIES = 3


def file_of(name: str) -> Path:
    """The template of a folder, YAML or JSON."""
    return next(iter((TEMPLATES / name).glob("template.*")))


def overrides_of(name: str) -> dict[str, str]:
    """The parameters that a folder asks for: `overrides.json`, when it is there."""
    file = TEMPLATES / name / "overrides.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


@functools.cache
def rendered(name: str) -> tuple[str, dict[str, str]]:
    """Our template of a folder, and the keys that its archives are said to have."""
    template = sam.read(file_of(name), overrides_of(name))
    plan = sam.plan(template, sam.SamRequest(stack_name="pass-through", regions=(REGION,)))
    keys = {unit.key: f"made/{unit.key}.zip" for unit in plan.builds}
    body = sam.render(template, plan.stacks[0], keys, overrides_of(name)).body
    return body, keys


def differences(expected: Any, actual: Any, where: str = "") -> list[str]:
    """Every place where two documents differ, with both values; types count."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        names = [*expected, *(name for name in actual if name not in expected)]
        return [
            line
            for name in names
            for line in differences(
                expected.get(name, "(absent)"), actual.get(name, "(absent)"), f"{where}/{name}"
            )
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = zip(expected, actual, strict=True)
        return [
            line
            for number, (one, other) in enumerate(pairs)
            for line in differences(one, other, f"{where}/{number}")
        ]
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return [] if same else [f"{where}: {expected!r} became {actual!r}"]


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_aws_makes_of_our_template_is_what_it_makes_of_the_original(name: str) -> None:
    """A SAM template keeps its meaning: SAM translates both to the same resources."""
    text, (body, keys) = file_of(name).read_text(encoding="utf-8"), rendered(name)
    found = ["not compared"]
    # AlwaysDeploy puts the second into an id: a second that ends in between is tried again
    for _ in range(TRIES):
        expected = originally(text, overrides_of(name))
        found = differences(expected, ours(body, keys.values(), overrides_of(name)))
        if not found or "AlwaysDeploy" not in text:
            break
    assert [] == found


@pytest.mark.parametrize("name", ACCEPTED)
def test_every_archive_has_a_place_in_our_template(name: str) -> None:
    """What is planned to be built is used by the rendered template, and nothing else is."""
    body, keys = rendered(name)
    unused = [key for key in keys.values() if key not in body]
    assert [] == unused
    assert bool(keys) == (BUCKET in body)


def test_a_change_of_meaning_would_be_seen() -> None:
    """The comparison tells a timeout, a path left behind, and a foreign key from what is meant."""
    body, keys = rendered("hello_api")
    expected = originally(file_of("hello_api").read_text(encoding="utf-8"), {})
    changes = (
        ("Timeout: 3", "Timeout: 4"),
        ("Key: made/function/HelloFunction.zip", "Key: other.zip"),
        ("Method: any", "Method: get"),
        ("${AWS::Region}", "eu-west-1"),
    )
    for before, after in changes:
        changed = body.replace(before, after, 1)
        assert changed != body
        assert [] != differences(expected, ours(changed, keys.values(), {}))


def test_numbers_in_unusual_spellings_stay_as_they_are_written() -> None:
    """CloudFormation takes numbers as texts in places: 0x1E, 0.50, 9.90 are not rewritten."""
    corners, _ = rendered("yaml_corners")
    raw, _ = rendered("raw_resources")
    assert "Timeout: 0x1E\n" in corners
    assert "Default: 0.50\n" in corners
    assert "price: 9.90\n" in raw


def test_the_same_template_is_rendered_to_the_same_bytes() -> None:
    """Reading and rendering again changes no byte of any template."""
    for name in ACCEPTED:
        assert rendered(name) == rendered.__wrapped__(name)


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_we_write_is_plain_yaml(name: str) -> None:
    """No tags, anchors or aliases, at which other readers, and CloudFormation itself, stumble."""
    body, _ = rendered(name)
    kinds = (yaml.TagToken, yaml.AnchorToken, yaml.AliasToken)
    assert [] == [token for token in yaml.scan(body) if isinstance(token, kinds)]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_deployed_is_refused_with_all_its_reasons(name: str) -> None:
    """Nested apps, images, other languages, broken YAML: each is one clear error, exit 2."""
    with pytest.raises(ConfigError) as caught:
        rendered(f"refused/{name}")
    error = caught.value
    lines = [f"error: {error.what}", f"  why: {error.why}"]
    lines += [f"       {problem}" for problem in error.problems]
    lines += [f"hint: {error.hint}"]
    message = "\n".join(lines).replace(str(TEMPLATES), "[TEMPLATES]") + "\n"
    golden = TEMPLATES / "refused" / name / "message.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(message, encoding="utf-8")
    assert 2 == error.exit_code
    assert golden.read_text(encoding="utf-8") == message


@pytest.mark.long
@pytest.mark.parametrize("name", ACCEPTED)
def test_our_check_has_no_error_for_the_corpus(name: str) -> None:
    """The corpus is no straw man: cfn-lint has no error, or one that is explained."""
    errors = sam.lint(sam.read(file_of(name), overrides_of(name)), [REGION])
    rules = {error.rpartition("(")[2].rstrip(")") for error in errors}
    assert rules == ({LINT_EXCEPTIONS[name][0]} if name in LINT_EXCEPTIONS else set())


@functools.cache
def corpus() -> list[dict[str, Any]]:
    """Every template of the corpus, read."""
    return [read(file_of(name).read_text(encoding="utf-8")) for name in ACCEPTED]


def test_the_corpus_has_events_of_every_kind_that_sam_knows() -> None:
    """Each event source of functions that SAM's translator has is in some template."""
    kinds = [
        getattr(kind, "resource_type", None)
        for module in (cloudwatchlogs, pull, push, scheduler)
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__
    ]
    known = {kind for kind in kinds if isinstance(kind, str)}
    assert len(known) >= 19
    used = {
        event["Type"]
        for document in corpus()
        for resource in document["Resources"].values()
        if resource.get("Type") == "AWS::Serverless::Function"
        for event in resource.get("Properties", {}).get("Events", {}).values()
    }
    assert set() == known - used


def test_the_corpus_has_resources_of_every_kind_that_sam_knows() -> None:
    """Each kind of SAM resource is in some template, or it is said why not."""
    used = {
        resource.get("Type") for document in corpus() for resource in document["Resources"].values()
    }
    kinds = [getattr(kind, "resource_type", None) for kind in vars(sam_resources).values()]
    known = {str(kind) for kind in kinds if str(kind).startswith("AWS::Serverless::")}
    assert len(known) >= 14
    assert known - used == set(NOT_SHOWN)


def test_the_corpus_has_forty_templates_and_ten_refusals() -> None:
    """As many as were promised."""
    assert len(ACCEPTED) >= 40
    assert len(REFUSED) >= 10


@pytest.mark.parametrize("name", ACCEPTED)
def test_python_is_built_for_the_target_that_aws_will_run_it_on(name: str) -> None:
    """Runtime and architecture of each archive are those of the translated function."""
    template = sam.read(file_of(name), overrides_of(name))
    translated = originally(file_of(name).read_text(encoding="utf-8"), overrides_of(name))
    values = {name: each.get("Default") for name, each in template.parameters.items()}
    built, run = {}, {}
    for unit in template.units:
        if not isinstance(unit, BuildUnit) or unit.name not in translated["Resources"]:
            continue  # layers, and functions in loops, have other names there
        properties = translated["Resources"][unit.name]["Properties"]
        if "Runtime" in properties:
            built[unit.name] = (unit.target.runtime, unit.target.architecture)
            runtime = properties["Runtime"]
            runtime = values[runtime["Ref"]] if isinstance(runtime, dict) else runtime
            run[unit.name] = (runtime, properties.get("Architectures", ["x86_64"])[0])
    assert run == built


@pytest.mark.parametrize("windows", ["\r\n", "\ufeff"])
def test_a_file_of_another_editor_is_the_same_template(windows: str, tmp_path: Path) -> None:
    """Line ends of Windows, and its byte order mark, change nothing."""
    for name in ("hello_api", "yaml_corners", "inline_code"):
        folder = tmp_path / name
        shutil.copytree(TEMPLATES / name, folder)
        text = file_of(name).read_text(encoding="utf-8")
        text = windows + text if windows == "\ufeff" else text.replace("\n", windows)
        (folder / "template.yaml").write_bytes(text.encode())
        assert rendered(name) == rendered(str(folder))
