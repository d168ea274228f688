from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build import fingerprint
from sam_deploy.build.model import ApplicationFile
from sam_deploy.build.requirements import Requested
from sam_deploy.plan.model import BuildUnit, ExtraFile, Target

TARGET = Target("python3.12", "3.12.11", "x86_64", (2, 34))
UNIT = BuildUnit(
    key="function/Api",
    name="Api",
    kind="function",
    archive="Api.zip",
    target=TARGET,
    handler="handler.handler",
    extra_files=(ExtraFile("shim.py", b"1"),),
)

paths = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=9)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
files = st.lists(
    st.builds(ApplicationFile, paths, st.just(Path("/x")), st.booleans(), hashes),
    unique_by=lambda file: file.path,
    max_size=6,
)


def of(unit: BuildUnit = UNIT, files: list[ApplicationFile] | None = None, **rest: Any) -> str:
    known: dict[str, Any] = {"lock_text": "", "local_wheels": [], "hashes": {}}
    return fingerprint.of_unit(unit, files or [], **(known | rest))


@given(files, st.randoms())
def test_the_order_of_files_does_not_matter(found: list[ApplicationFile], random: Random) -> None:
    """Folders are listed in any order on any machine."""
    shuffled = list(found)
    random.shuffle(shuffled)
    assert of(files=found) == of(files=shuffled)


@given(files.filter(bool), st.data())
def test_path_mode_and_content_of_each_file_matter(
    found: list[ApplicationFile], data: st.DataObject
) -> None:
    """One changed character anywhere is another fingerprint."""
    position = data.draw(st.integers(0, len(found) - 1))
    file = found[position]
    changed = data.draw(
        st.sampled_from(
            [
                replace(file, path=file.path + "x"),
                replace(file, executable=not file.executable),
                replace(file, sha256=file.sha256[:-1] + ("0" if file.sha256[-1] != "0" else "1")),
            ]
        )
    )
    assert of(files=found) != of(files=[*found[:position], changed, *found[position + 1 :]])


@given(files)
def test_the_place_of_a_file_on_this_computer_does_not_matter(found: list[ApplicationFile]) -> None:
    """Two checkouts of one commit have one fingerprint."""
    moved = [replace(file, source=Path("/elsewhere")) for file in found]
    assert of(files=found) == of(files=moved)


def test_everything_else_that_goes_in_matters() -> None:
    """Target, prefix, handler, patterns, extra files, lock, local wheels, allowed hashes."""
    others = {
        of(replace(UNIT, target=replace(TARGET, python="3.12.12"))),
        of(replace(UNIT, target=replace(TARGET, architecture="arm64"))),
        of(replace(UNIT, target=replace(TARGET, glibc=(2, 26)))),
        of(replace(UNIT, target=replace(TARGET, host=True))),
        of(replace(UNIT, kind="layer")),
        of(replace(UNIT, handler="handler.main")),
        of(replace(UNIT, include=("a",))),
        of(replace(UNIT, exclude=("a",))),
        of(replace(UNIT, extra_files=(ExtraFile("shim.py", b"2"),))),
        of(replace(UNIT, extra_files=(ExtraFile("shin.py", b"1"),))),
        of(lock_text="x"),
        of(local_wheels=["x"]),
        of(hashes={"six": {"a"}}),
        of(),
    }
    assert 14 == len(others)


def test_the_name_of_a_unit_does_not_matter() -> None:
    """Two functions of the same content share one archive."""
    assert of() == of(replace(UNIT, key="function/Other", name="Other", archive="Other.zip"))


def test_neighbouring_fields_cannot_run_into_each_other() -> None:
    """Lists are length-prefixed: `ab`, `c` is not `a`, `bc`."""
    one = of(replace(UNIT, include=("ab", "c")))
    two = of(replace(UNIT, include=("a", "bc")))
    three = of(replace(UNIT, include=("ab",), exclude=("c",)))
    assert 3 == len({one, two, three})


def requirements(**fields: list[str] | dict[str, set[str]]) -> str:
    return fingerprint.of_requirements(Requested(**fields), TARGET)  # type: ignore[arg-type]


def test_a_lock_depends_on_what_was_asked_and_not_on_its_order() -> None:
    """The same requirements in another order, or twice, keep the lock."""
    one = requirements(requirements=["a", "b==1"])
    assert one == requirements(requirements=["b==1", "a", "a"])
    others = {
        one,
        requirements(requirements=["a", "b==2"]),
        requirements(requirements=["a"], constraints=["b==1"]),
        requirements(requirements=["a", "b==1"], options=["--no-index"]),
        requirements(requirements=["a", "b==1"], hashes={"a": {"0"}}),
        fingerprint.of_requirements(Requested(requirements=["a", "b==1"]), TARGET, ["x=1"]),
    }
    assert 6 == len(others)
