from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from sam_deploy.build.inspect import picture
from sam_deploy.build.inspect.model import Contents

SVG = "{http://www.w3.org/2000/svg}"
MakeContents = Callable[..., Contents]


def size_text(size_bytes: int) -> str:
    return f"{size_bytes} B"


def parsed(*archives: Contents) -> ET.Element:
    return ET.fromstring(picture.draw(archives, size_text))  # noqa: S314 - our own text


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """Return the ratio of WCAG 2.2, 1-21."""
    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_a_reader_without_eyes_is_told_the_same(make_contents: MakeContents) -> None:
    """An image with a title and a description that it names."""
    root = parsed(make_contents("pandas", {"numpy 2.0": 600, "pytz 1": 300}, {"a.py": 100}))
    assert "img" == root.get("role")
    ids = (root.get("aria-labelledby") or "").split()
    texts = {each.get("id"): each.text for each in root if each.get("id")}
    title, description = (texts[each] or "" for each in ids)
    assert "pandas: 1000 B unpacked, 3 files" == title
    assert "A treemap: every area is in proportion to bytes unpacked" == description.split(". ")[0]
    assert description.endswith("pandas holds numpy 2.0 600 B, pytz 1 300 B, your code 100 B.")


def test_every_rectangle_says_what_it_is(make_contents: MakeContents) -> None:
    """By a tooltip with path, size and share."""
    root = parsed(make_contents("pandas", {"numpy 2.0": 750, "pytz 1": 250}))
    titles = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    assert "numpy 2.0: 750 B, 75.0%" in titles
    assert len(titles) == sum(1 for _ in root.iter(f"{SVG}rect")) - 1


def test_several_archives_are_rectangles_of_their_own(make_contents: MakeContents) -> None:
    """With their packages inside, in the same colour everywhere."""
    root = parsed(
        make_contents("one", {"six 1": 500, "idna 2": 400}), make_contents("two", {"six 1": 300})
    )
    groups = {each.findtext(f"{SVG}title"): each for each in root.iter(f"{SVG}g")}
    assert {"one: 900 B, 75.0%", "two: 300 B, 25.0%"} <= groups.keys()
    tones = [
        groups[title].find(f"{SVG}rect").get("class")  # type: ignore[union-attr]
        for title in ("one / six 1: 500 B, 41.7%", "two / six 1: 300 B, 25.0%")
    ]
    assert tones[0] == tones[1]


def test_areas_are_in_the_proportion_of_bytes(make_contents: MakeContents) -> None:
    """Of the packages, to the rounding of two decimals."""
    root = parsed(make_contents("pandas", {"numpy 2.0": 750, "pytz 1": 250}))
    areas = [
        float(rect.get("width", 0)) * float(rect.get("height", 0))
        for group in root.findall(f"{SVG}g")
        for rect in group.findall(f"{SVG}rect")
    ]
    assert [0.75, 0.25] == [round(area / sum(areas), 4) for area in areas]


def test_labels_stay_in_their_rectangles(make_contents: MakeContents) -> None:
    """A name that is too long is cut; one that cannot be read is left out."""
    sizes = {f"package-with-a-long-name-{i} 1.0": 10_000 // i**2 for i in range(1, 30)}
    root = parsed(make_contents("large", sizes))
    shown = 0
    for group in root.iter(f"{SVG}g"):
        rect, text = group.find(f"{SVG}rect"), group.find(f"{SVG}text")
        assert rect is not None
        if text is not None:
            shown += 1
            assert len(text.text or "") * picture._LETTER_WIDTH <= float(rect.get("width", 0))  # noqa: SLF001
            assert float(text.get("x", 0)) >= float(rect.get("x", 0))
    assert 10 < shown < 60


def test_what_cannot_be_seen_is_merged(make_contents: MakeContents) -> None:
    """Thousands of tiny files become one rectangle that says how many they are."""
    sizes = {f"p{i} 1": 1 for i in range(5000)}
    text = picture.draw([make_contents("many", {"large 1": 10**7, **sizes})], size_text)
    assert "5000 more" in text
    assert text.count("<rect") < 10


@pytest.mark.parametrize("tone", [*picture.TONES, picture.OTHER_TONE])
def test_colours_have_contrast_to_text_and_gaps(tone: tuple[str, str]) -> None:
    """4.5 to 1 in light and in dark surroundings (WCAG 2.2, AA)."""
    assert contrast(tone[0], picture.LIGHT) >= 4.5
    assert contrast(tone[1], picture.DARK) >= 4.5


def test_the_style_knows_dark_surroundings(make_contents: MakeContents) -> None:
    """Every colour has a dark form, and nothing is loaded from elsewhere."""
    text = picture.draw([make_contents("a", {"six 1": 5})], size_text)
    light, dark = text.split("@media(prefers-color-scheme:dark)")
    for index, (in_light, in_dark) in enumerate((*picture.TONES, picture.OTHER_TONE)):
        assert f".t{index}{{fill:{in_light}}}" in light
        assert f".t{index}{{fill:{in_dark}}}" in dark
    assert [] == re.findall(r"(?:href|url|src)\b", text)


def test_the_same_archive_gives_the_same_bytes(make_contents: MakeContents) -> None:
    """Also when its files are met in another order."""
    sizes = {f"p{i} 1": 100 * (i % 7) + 1 for i in range(50)}
    backwards = dict(reversed(sizes.items()))
    once, again = (
        picture.draw([make_contents("a", each)], size_text) for each in (sizes, backwards)
    )
    assert once == again


def test_names_cannot_break_the_picture(make_contents: MakeContents) -> None:
    """Neither markup nor characters that XML does not have."""
    own = {'<script>alert("1")</script>\x00\x1b.py': 100, "ämne/文件&.py": 50}
    root = parsed(make_contents("<b>&", {}, own))
    assert [] == list(root.iter(f"{SVG}script"))
    assert "<b>&: 150 B unpacked, 2 files" == root.findtext(f"{SVG}title")


def test_nothing_gives_an_empty_picture(make_contents: MakeContents) -> None:
    """It still says so."""
    assert "a: 0 B unpacked, 0 files" == parsed(make_contents("a", {})).findtext(f"{SVG}title")
