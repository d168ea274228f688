from __future__ import annotations

from pathlib import Path

from sam_deploy.build.inspect.survey import asked_for
from sam_deploy.plan.model import BuildUnit, Target


def unit(target: Target, **fields: object) -> BuildUnit:
    return BuildUnit("layer/a", "a", "layer", "a.zip", target, **fields)  # type: ignore[arg-type]


def test_what_was_asked_for_is_what_a_person_wrote(tmp_path: Path, target: Target) -> None:
    """In the configuration, in a file it names, or in the one beside the code."""
    (tmp_path / "base.txt").write_text("idna\n")
    (tmp_path / "requirements.txt").write_text("six==1.17.0  # why\n-r base.txt\n-c base.txt\n")
    assert ("numpy>=2",) == asked_for(unit(target, requirements=("numpy>=2",)), tmp_path)
    named = unit(target, requirements_file=tmp_path / "requirements.txt")
    assert ("six==1.17.0", "idna") == asked_for(named, tmp_path)
    assert ("six==1.17.0", "idna") == asked_for(unit(target, source=tmp_path), tmp_path)


def test_a_package_of_the_users_own_is_itself_what_was_asked_for(
    tmp_path: Path, target: Target
) -> None:
    """Its dependencies are there because of it."""
    (tmp_path / "pyproject.toml").write_text("[build-system]\n[project]\nname = 'a'\n")
    (tmp_path / "requirements.txt").write_text("six\n")
    assert () == asked_for(unit(target, source=tmp_path), tmp_path)
