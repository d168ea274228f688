"""The text of a mail that has HTML alone, as somebody at a terminal reads it. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset({"script", "style", "template", "title"})
_PARAGRAPHS: Final = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "table"})
_LINES: Final = _PARAGRAPHS | {
    *("address", "article", "body", "dd", "div", "dl", "dt", "footer", "form", "header", "hr"),
    *("li", "main", "ol", "section", "tr", "ul"),
}
_LINE, _BREAK, _PARAGRAPH = "\0", "\1", "\2"
"""What ends a line among the parts. The words of a mail have no such characters: see `_plain`."""


def text_of(html: str) -> str:
    """Return what a page of HTML says: paragraphs, a line for each row, links as `words (address)`.

    Source: HTML Living Standard, "The elements of HTML" (which of them begin a line of their own).
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(rf"[ {_LINE}{_BREAK}{_PARAGRAPH}]+", _gap, "".join(reader.parts)).strip()


def _gap(found: re.Match[str]) -> str:
    """Return what stands between two words: an empty line, a new line, or a space."""
    gap = found[0]
    if _PARAGRAPH in gap or gap.count(_BREAK) > 1:
        return "\n\n"
    return "\n" if _LINE in gap or _BREAK in gap else " "


class _Reader(HTMLParser):
    """Collects what is seen of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        self._links: list[tuple[str, int]] = []
        """Address of each link that is open, and where its words begin."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._hidden += tag in _UNSEEN
        self._break(tag)
        if tag == "br":
            self.parts.append(_BREAK)
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        elif tag == "li":
            self.parts.append("- ")
        elif tag == "img" and given.get("alt"):
            self.parts.append(f"[{_plain(given['alt'] or '')}]")
        elif tag == "a":
            self._links.append((_plain(given.get("href") or ""), len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _UNSEEN))
        if tag == "a" and self._links:
            address, begins = self._links.pop()
            words = re.sub(r"[\s\0-\2]+", " ", "".join(self.parts[begins:])).strip()
            if address and address.removeprefix("mailto:") != words:
                self.parts.append(f" ({address})" if words else address)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(_plain(data))

    def _break(self, tag: str) -> None:
        if tag in _LINES:
            self.parts.append(_PARAGRAPH if tag in _PARAGRAPHS else _LINE)


def _plain(text: str) -> str:
    """Return words on one line, as a page runs on, without what a terminal would obey."""
    return "".join(each if each.isprintable() else " " for each in re.sub(r"\s+", " ", text))
