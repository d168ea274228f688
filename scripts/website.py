"""A hook of MkDocs: links that leave `docs/` work on the site as they do on a code host.

A page says `../src/sam_deploy/workflow.py` or `../CHANGELOG.md`, which a code host follows by
itself. A site holds `docs/` only. So each file that a page leads to becomes a page of the site:
Markdown as it is, source as a listing, a folder as the list of what is in it. No address of any
host is needed, and a link to a file that is not there fails the build (`--strict`).
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PROJECT = {
    "README.md": "project/readme.md",
    "BENCHMARKS.md": "project/benchmarks.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
}
"""Files of the root that the site's menu names -> their pages."""
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|<)([^)\s#]+)")
FENCE = re.compile(r"^( *)(`{3,})[^\n]*\n.*?^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
LANGUAGES = {".py": "python", ".sh": "bash", ".yaml": "yaml", ".toml": "toml", ".ts": "typescript"}
made: dict[str, Path] = {}
"""URI of a page that is made here -> the file it is made of."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leave out of the menu what is written elsewhere and has not come here yet."""
    config.nav = [*_there(config.nav or [])]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each file outside of `docs/` that a page leads to, however far away."""
    made.clear()
    made.update({uri: ROOT / name for name, uri in PROJECT.items()})
    waiting = [*(DOCS / each.src_uri for each in files.documentation_pages()), *made.values()]
    while waiting:
        page = waiting.pop()
        for target in targets(page):
            uri = uri_of(target)
            if uri not in made and not is_of_site(target) and target.exists():
                made[uri] = target
                waiting.append(target)
    for uri, source in made.items():
        files.append(File.generated(config, uri, content=text_of(source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn links of a page to where these files are on the site; leave our own comments out."""
    uri = page.file.src_uri
    here = made.get(uri, DOCS / uri)
    if uri in made and here.suffix != ".md":
        return markdown

    def turned(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(here.parent / link[1]))
        if not target.exists() or (uri not in made and is_of_site(target)):
            return link[1]
        return posixpath.relpath(uri_of(target), posixpath.dirname(uri) or ".")

    return outside_fences(markdown, lambda text: LINK.sub(turned, COMMENT.sub("", text)))


def targets(page: Path) -> Iterator[Path]:
    """Yield the files and folders that a Markdown page leads to."""
    if page.suffix != ".md" or not page.is_file():
        return
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        yield Path(os.path.normpath(page.parent / link))


def is_of_site(target: Path) -> bool:
    """Return whether MkDocs has it by itself: what is in `docs/`, but for folders."""
    return target.is_relative_to(DOCS) and not target.is_dir()


def uri_of(target: Path) -> str:
    """Return where a file of the project is on the site. Pictures and pages of `docs/` stay."""
    if is_of_site(target):
        return target.relative_to(DOCS).as_posix()
    # MkDocs leaves out what begins with a dot
    name = "/".join(part.removeprefix(".") for part in target.relative_to(ROOT).parts)
    if target.is_dir():
        readme = target / "README.md"
        return uri_of(readme) if readme.is_file() else f"code/{name}/index.md"
    if target.suffix == ".md":
        # MkDocs takes a README for the index of its folder
        return PROJECT.get(name, f"code/{name.replace('README.md', 'about.md')}")
    return f"code/{name}.md"


def text_of(source: Path) -> str:
    """Return the Markdown of a page for this file or folder."""
    if source.suffix == ".md":
        return source.read_text(encoding="utf-8")
    name = source.relative_to(ROOT).as_posix()
    head = f"---\ntitle: {name}\nsearch:\n  exclude: true\n---\n\n# `{name}`\n\n"
    if source.is_dir():
        inside = sorted(each.name for each in source.iterdir() if each.name[0] not in "._")
        return head + "".join(f"- `{each}`\n" for each in inside)
    language = LANGUAGES.get(source.suffix, "text")
    text = source.read_text(encoding="utf-8")
    return f"{head}`````{language}\n{text.rstrip()}\n`````\n"


def outside_fences(markdown: str, change: Callable[[str], str]) -> str:
    """Return the page with everything changed but its blocks of code."""
    parts, end = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [change(markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(markdown[end:])])


def _there(nav: list[Any]) -> Iterator[Any]:
    for entry in nav:
        if isinstance(entry, str):
            if _is_there(entry):
                yield entry
            continue
        ((title, below),) = entry.items()
        if isinstance(below, list):
            yield {title: [*_there(below)]}
        elif _is_there(below):
            yield {title: below}


def _is_there(uri: str) -> bool:
    return uri in PROJECT.values() or (DOCS / uri).is_file()
