"""Prepare a release: check everything, write the changelog's section, build, and say what is next.

    uv run scripts/release.py 0.2.0            check, write, build into dist/
    uv run scripts/release.py 0.2.0 --check    only look, and say all that is missing
    uv run scripts/release.py 0.2.0 --notes    only print the section, for the tag and the release
    uv run scripts/release.py v0.2.0 --tagged  say whether a tag is of what it is on

It commits, tags, signs and uploads nothing: the commands for that are printed, to be run by a
person who has looked. `.github/workflows/release.yml` uploads once the tag is there.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
UNRELEASED: Final = "## [Unreleased]"
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")


def main(arguments: Sequence[str]) -> int:
    """Prepare the release and return the exit code: 1 when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version")
    parser.add_argument("--check", action="store_true", help="only look")
    parser.add_argument("--notes", action="store_true", help="only print the section")
    parser.add_argument("--tagged", action="store_true", help="look at what a tag is on")
    given = parser.parse_args(arguments)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if given.notes:
        print(section(changelog, given.version) or section(changelog, "Unreleased"))
        return 0
    look = tag_problems if given.tagged else problems
    missing = look(given.version.removeprefix("v"), changelog)
    if missing:
        print("\n".join(["not ready:", *(f"- {each}" for each in missing)]))
        return 1
    if given.check or given.tagged:
        print(f"{given.version} is ready")
        return 0
    today = datetime.now(UTC).date().isoformat()
    if section(changelog, given.version) is None:
        written = released(changelog, given.version, today)
        (ROOT / "CHANGELOG.md").write_text(written, encoding="utf-8")
    built = build()
    print(farewell(given.version, sums(built)))
    return 0


def problems(version: str, changelog: str) -> list[str]:
    """Return all that keeps this version from being released."""
    found = version_problems(version)
    own = section(changelog, version)
    if own is None and not section(changelog, "Unreleased"):
        found.append("CHANGELOG.md has nothing under Unreleased")
    if own is not None and section(changelog, "Unreleased"):
        found.append(f"CHANGELOG.md has a section {version}, and more under Unreleased")
    changed = git("status", "--porcelain")
    if changed:
        found.append(f"not everything is committed: {len(changed.splitlines())} files")
    if git("tag", "--list", f"v{version}"):
        found.append(f"there is a tag v{version}")
    return found


def tag_problems(version: str, changelog: str) -> list[str]:
    """Return all in which what is tagged as this version is not this version."""
    found = version_problems(version)
    if not section(changelog, version):
        found.append(f"CHANGELOG.md has no section {version}")
    return found


def version_problems(version: str) -> list[str]:
    """Return where another version is written than this one."""
    found = []
    if not _VERSION.fullmatch(version):
        found.append(f"`{version}` is no version such as 1.2.3 or 1.2.3rc1")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module = (ROOT / "src/sam_deploy/__init__.py").read_text(encoding="utf-8")
    for where, told in (
        ("pyproject.toml", declared["version"]),
        ("src/sam_deploy/__init__.py", _quoted(module)),
    ):
        if told != version:
            found.append(f"{where} says {told}, not {version}")
    return found


def section(changelog: str, version: str) -> str | None:
    """Return what the changelog says of a version; nothing when it has no such section."""
    heading = re.escape(f"## [{version}]")
    found = re.search(rf"^{heading}[^\n]*\n(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else None


def released(changelog: str, version: str, day: str) -> str:
    """Return the changelog with all that was unreleased under the version and the day."""
    return changelog.replace(UNRELEASED, f"{UNRELEASED}\n\n## [{version}] - {day}", 1)


def build() -> list[Path]:
    """Return sdist and wheel, built from the last commit's time, the wheel out of the sdist."""
    folder = ROOT / "dist"
    for old in folder.glob("sam_deploy-*"):
        old.unlink()
    variables = {**os.environ, "SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct")}
    run("uv", "build", "--quiet", "--out-dir", str(folder), variables=variables)
    files = sorted(folder.glob("sam_deploy-*"))
    run(sys.executable, "-m", "twine", "check", "--strict", *map(str, files))
    run("check-wheel-contents", *(str(each) for each in files if each.suffix == ".whl"))
    run(sys.executable, str(ROOT / "scripts" / "sbom.py"), str(folder / "sam-deploy.cdx.json"))
    return [*files, folder / "sam-deploy.cdx.json"]


def sums(files: Sequence[Path]) -> str:
    """Return the SHA-256 of each file, for `sha256sum --check`; also written beside them."""
    text = "".join(
        f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files
    )
    (files[0].parent / "SHA256SUMS").write_text(text, encoding="utf-8")
    return text


def farewell(version: str, hashes: str) -> str:
    """Return what was made, and the commands that a person runs next."""
    return (
        f"{hashes}\nnext, when you have looked at CHANGELOG.md and dist/:\n\n"
        f"  uv run scripts/smoke.py dist/sam_deploy-{version}-py3-none-any.whl\n"
        f'  git commit -am "Release {version}"\n'
        f"  uv run scripts/release.py {version} --notes | git tag -s v{version} -F -\n"
        f"  git push origin main v{version}\n\n"
        "The tag makes .github/workflows/release.yml build the same bytes from the sources again,\n"
        "attest them, and publish them (trusted publishing, no token). Compare with the sums.\n"
        "Without it: `python -m sigstore sign dist/*`, then `python -m twine upload dist/*`.\n"
    )


def git(*arguments: str) -> str:
    """Return what git says, without the last line's end."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def run(*command: str, variables: dict[str, str] | None = None) -> None:
    """The command has ended well. Raises `CalledProcessError`."""
    subprocess.run(command, cwd=ROOT, env=variables, check=True)


def _quoted(module: str) -> str:
    found = re.search(r'^__version__ = "([^"]+)"$', module, re.MULTILINE)
    return found[1] if found else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
