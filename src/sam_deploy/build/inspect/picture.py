"""A treemap of archives as a standalone SVG: who takes the space, down to single files.

Pure: the same archives give the same bytes. Readable without colour (labels and tooltips say
everything), in light and in dark surroundings, and by a screen reader through title and desc.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from sam_deploy.build.inspect.model import Contents, Part
from sam_deploy.build.inspect.tree import Branch, grow
from sam_deploy.build.inspect.treemap import Rectangle, squarify

SizeText = Callable[[int], str]
"""How sizes in bytes are written for people."""

LIGHT: Final = "#ffffff"
DARK: Final = "#14171c"
TONES: Final = (
    ("#1d5a9e", "#8cbcf0"),
    ("#944700", "#f2b27a"),
    ("#1f6b3a", "#8fd3a2"),
    ("#6b3fa0", "#c7a8f0"),
    ("#a32a2a", "#f2a0a0"),
    ("#0b6672", "#84d3dc"),
    ("#94306f", "#efa3d3"),
    ("#5c5f10", "#d3d37a"),
)
"""Fill colours in light and in dark surroundings; text and gaps have the surrounding's colour, so
each keeps a contrast of 4.5 to it (WCAG 2.2, 1.4.3 and 1.4.11)."""
OTHER_TONE: Final = ("#565b63", "#b9bfc8")

WIDTH: Final = 1200
HEIGHT: Final = 800
_TOP: Final = 40
_GAP: Final = 2.0
_LABEL_HEIGHT: Final = 18.0
_LABEL_SIZE: Final = 12
_LETTER_WIDTH: Final = 7.0
"""Generous for a 12 px sans-serif: a label must not leave its rectangle in any font."""
_SMALLEST_AREA: Final = 90.0
_SMALLEST_FOLDER: Final = (64.0, 44.0)
_FEWEST_LETTERS: Final = 3
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Tile:
    """A rectangle to be: `title` is its tooltip, `tone` the index of its colour."""

    label: str
    title: str
    size_bytes: int
    tone: int
    tiles: tuple[_Tile, ...] = ()


def draw(archives: Sequence[Contents], size_text: SizeText) -> str:
    """Return a treemap of one archive or several, by bytes unpacked, as the text of an SVG file."""
    total = sum(each.unpacked_bytes for each in archives)
    files = sum(len(each.files) for each in archives)
    names = archives[0].name if len(archives) == 1 else f"{len(archives)} archives"
    title = f"{names}: {size_text(total)} unpacked, {files:,} files"
    painter = _Painter(_tones(archives), size_text, total)
    tiles = painter.tiles(archives)
    frame = Rectangle(0, _TOP, WIDTH, HEIGHT - _TOP)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    role = 'role="img" aria-labelledby="treemap-title treemap-desc"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {role}>',
            f'<title id="treemap-title">{_text(title)}</title>',
            f'<desc id="treemap-desc">{_text(_description(archives, size_text))}</desc>',
            _style(),
            f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
            f'<text class="ink" x="8" y="26" font-size="16">{_text(title)}</text>',
            *_drawn(tiles, frame),
            "</svg>",
            "",
        ]
    )


def _description(archives: Sequence[Contents], size_text: SizeText) -> str:
    sentences = ["A treemap: every area is in proportion to bytes unpacked"]
    for each in archives:
        parts = ", ".join(f"{p.label} {size_text(p.unpacked_bytes)}" for p in each.parts[:5])
        sentences.append(f"{each.name} holds {parts or 'nothing'}")
    return ". ".join(sentences) + "."


def _style() -> str:
    light = [f".t{i}{{fill:{tone[0]}}}" for i, tone in enumerate((*TONES, OTHER_TONE))]
    dark = [f".t{i}{{fill:{tone[1]}}}" for i, tone in enumerate((*TONES, OTHER_TONE))]
    return (
        "<style>"
        "text{font-family:system-ui,sans-serif}"
        f".paper,.label{{fill:{LIGHT}}}.ink{{fill:{DARK}}}rect{{stroke:{LIGHT};stroke-width:1}}"
        f"{''.join(light)}"
        "@media(prefers-color-scheme:dark){"
        f".paper,.label{{fill:{DARK}}}.ink{{fill:{LIGHT}}}rect{{stroke:{DARK}}}"
        f"{''.join(dark)}}}</style>"
    )


def _tones(archives: Sequence[Contents]) -> dict[str, int]:
    """Give the largest parts a colour each, the same in every archive."""
    sizes: dict[str, int] = {}
    for contents in archives:
        for part in contents.parts:
            sizes[part.name] = sizes.get(part.name, 0) + part.unpacked_bytes
    ordered = sorted(sizes, key=lambda name: (-sizes[name], name))
    return {name: min(index, len(TONES)) for index, name in enumerate(ordered)}


@dataclass(frozen=True, slots=True)
class _Painter:
    tones: dict[str, int]
    size_text: SizeText
    total: int

    def tiles(self, archives: Sequence[Contents]) -> tuple[_Tile, ...]:
        """Return the tiles of the parts, in their archives when there are several."""
        if len(archives) == 1:
            return tuple(self._of_part(part, "") for part in archives[0].parts)
        ordered = sorted(archives, key=lambda each: (-each.unpacked_bytes, each.name))
        return tuple(
            _Tile(
                each.name,
                self._title(each.name, each.unpacked_bytes),
                each.unpacked_bytes,
                len(TONES),
                tuple(self._of_part(part, f"{each.name} / ") for part in each.parts),
            )
            for each in ordered
        )

    def _of_part(self, part: Part, before: str) -> _Tile:
        tone = self.tones[part.name]
        title = before + part.label
        branches = _without_lone_folders(grow(part.files)).branches
        tiles = tuple(self._of_branch(branch, title, tone) for branch in branches)
        size_bytes = part.unpacked_bytes
        return _Tile(part.label, self._title(title, size_bytes), size_bytes, tone, tiles)

    def _of_branch(self, branch: Branch, before: str, tone: int) -> _Tile:
        path = f"{before} / {branch.name}"
        tiles = tuple(self._of_branch(each, path, tone) for each in branch.branches)
        title = self._title(path, branch.unpacked_bytes)
        return _Tile(branch.name, title, branch.unpacked_bytes, tone, tiles)

    def _title(self, path: str, size_bytes: int) -> str:
        share = size_bytes / self.total if self.total else 0
        return f"{path}: {self.size_text(size_bytes)}, {share:.1%}"


def _without_lone_folders(root: Branch) -> Branch:
    """Step into folders that hold everything, such as `python/` of a layer."""
    while len(root.branches) == 1 and root.branches[0].is_folder:
        root = root.branches[0]
    return root


def _drawn(tiles: Sequence[_Tile], frame: Rectangle) -> Iterator[str]:
    shown = _merged([tile for tile in tiles if tile.size_bytes > 0], frame.area)
    places = squarify([tile.size_bytes for tile in shown], frame)
    for tile, place in zip(shown, places, strict=True):
        yield f"<g><title>{_text(tile.title)}</title>"
        yield _rectangle(tile, place)
        wide, high = _SMALLEST_FOLDER
        folder = bool(tile.tiles) and place.width >= wide and place.height >= high
        yield from _label(tile, place, bold=folder)
        if folder:
            inner = Rectangle(
                place.x + _GAP,
                place.y + _LABEL_HEIGHT,
                place.width - 2 * _GAP,
                place.height - _LABEL_HEIGHT - _GAP,
            )
            yield from _drawn(tile.tiles, inner)
        yield "</g>"


def _merged(tiles: Sequence[_Tile], area: float) -> list[_Tile]:
    """Replace the tiles that would be too small to be seen by one that stands for them."""
    total = sum(tile.size_bytes for tile in tiles)
    ordered = sorted(tiles, key=lambda tile: (-tile.size_bytes, tile.label))
    small = [tile for tile in ordered if tile.size_bytes * area < _SMALLEST_AREA * total]
    if len(small) <= 1:
        return ordered
    size_bytes = sum(tile.size_bytes for tile in small)
    title = f"{len(small)} more, each under {small[0].title.rpartition(': ')[2]}"
    rest = _Tile(f"{len(small)} more", title, size_bytes, small[0].tone)
    return [*ordered[: -len(small)], rest]


def _rectangle(tile: _Tile, place: Rectangle) -> str:
    position = f'x="{place.x:.2f}" y="{place.y:.2f}"'
    size = f'width="{place.width:.2f}" height="{place.height:.2f}"'
    return f'<rect class="t{tile.tone}" {position} {size}/>'


def _label(tile: _Tile, place: Rectangle, *, bold: bool) -> Iterator[str]:
    letters = int((place.width - 8) / _LETTER_WIDTH)
    if letters < _FEWEST_LETTERS or place.height < _LABEL_HEIGHT:
        return
    text = tile.label if len(tile.label) <= letters else f"{tile.label[: letters - 1]}…"
    weight = ' font-weight="600"' if bold else ""
    yield (
        f'<text class="label" x="{place.x + 4:.2f}" y="{place.y + 13:.2f}" '
        f'font-size="{_LABEL_SIZE}"{weight}>{_text(text)}</text>'
    )


def _text(value: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", value))
