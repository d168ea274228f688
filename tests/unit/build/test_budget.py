from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.build import Store, run
from sam_deploy.build.check import MAX_UNPACKED_BYTES, check_budget, check_together
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore
from sam_deploy.plan.model import BuildUnit, Target

MakeWheel = Callable[..., Path]


def unit(target: Target, budget_bytes: int | None) -> BuildUnit:
    return BuildUnit(
        key="layer/data",
        name="data",
        kind="layer",
        archive="data-deps.zip",
        target=target,
        budget_bytes=budget_bytes,
    )


def test_a_budget_names_the_largest_parts(target: Target, make_wheel: MakeWheel) -> None:
    """By what lies in the archive, largest first."""
    content = {
        "python/pandas/a.py": b"x" * 3_000_000,
        "python/pandas/b.py": b"x" * 1_000_000,
        "python/numpy/a.py": b"x" * 2_000_000,
    }
    archive = make_wheel("data.zip", content)
    with pytest.raises(BuildError) as caught:
        check_budget(unit(target, 5_000_000), 6_000_000, archive)
    assert "`data` is 6.0 MB unpacked" == caught.value.what
    expected = "its budget is 5 MB; the largest: pandas 4.0 MB, numpy 2.0 MB"
    assert expected == caught.value.why


@pytest.mark.parametrize("budget_bytes", [None, 6_000_000])
def test_what_keeps_the_budget_is_not_looked_at(
    target: Target, budget_bytes: int | None, tmp_path: Path
) -> None:
    """Not even opened: this runs in every build."""
    check_budget(unit(target, budget_bytes), 6_000_000, tmp_path / "missing.zip")
    assert not (tmp_path / "missing.zip").exists()


def test_a_budget_holds_for_what_was_built_before(
    target: Target, tmp_path: Path, store: Store
) -> None:
    """Lowering it fails the next build, though nothing has to be built."""
    source = tmp_path / "lib"
    source.mkdir()
    (source / "data.bin").write_bytes(b"x" * 2_000_000)
    layer = replace(unit(target, 3_000_000), source=source)
    assert 1 == run([layer], tmp_path, store, ignore).built
    with pytest.raises(BuildError, match=r"`data` is 2\.0 MB unpacked"):
        run([replace(layer, budget_bytes=1_000_000)], tmp_path, store, ignore)


@pytest.mark.fault(41)
def test_a_function_and_its_layers_share_the_limit() -> None:
    """Each may fit while all together do not."""
    half = MAX_UNPACKED_BYTES // 2
    sizes = {"function/Api": 2_000_000, "layer/a": half, "layer/b": half, "function/Small": 1}
    layers = {"function/Api": ("layer/a", "layer/b"), "function/Small": ("layer/a",)}
    with pytest.raises(BuildError, match="A function is too large with its layers") as caught:
        check_together(layers, sizes)
    first = caught.value.why.splitlines()[0]
    assert (
        "`function/Api` has 264 MB with its layers: layer/a 131.1 MB, layer/b 131.1 MB, "
        "function/Api 2.0 MB" == first
    )


def test_exactly_the_limit_is_allowed() -> None:
    """And what was not built in this run is not counted."""
    sizes = {"function/Api": MAX_UNPACKED_BYTES}
    check_together({"function/Api": ("layer/other",), "function/Gone": ("layer/other",)}, sizes)
    with pytest.raises(BuildError):
        check_together({"function/Api": ()}, {"function/Api": MAX_UNPACKED_BYTES + 1})


def test_all_functions_that_are_too_large_are_told() -> None:
    """At once, as with every mistake."""
    sizes = {"function/A": 1, "function/B": 1, "layer/x": MAX_UNPACKED_BYTES}
    with pytest.raises(BuildError, match="2 functions are too large") as caught:
        check_together({"function/A": ("layer/x",), "function/B": ("layer/x",)}, sizes)
    assert 3 == len(caught.value.why.splitlines())
