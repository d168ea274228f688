"""The mail as people get it: golden in both forms, and safe whatever names hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.approval import Subject
from sam_deploy.approval.code import Code
from sam_deploy.approval.letter import Letter, letter

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).parents[3]
UNTIL = 1_767_323_400.0
LOCKED_SCREEN = 150
"""As many characters as phones show of a mail without opening it."""
FIXED = "000042"


class Fixed(Code):
    """A code that is always the same, with the zeros in front that must not get lost."""

    def revealed(self) -> str:
        """Return it."""
        return FIXED


def written(subject: Subject) -> Letter:
    return letter(subject, Fixed(), minutes=10, until=UNTIL)


class Read(HTMLParser):
    """The tags and the visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Note what is seen."""
        self.text += data


@pytest.mark.parametrize("form", ["txt", "html"])
def test_both_forms_are_the_golden_ones(subject: Subject, form: str) -> None:
    """Exactly the reviewed mail (R186). UPDATE_GOLDEN=1 writes it anew."""
    mail = written(subject)
    text = mail.text if form == "txt" else mail.html
    golden = GOLDEN / f"mail.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert golden.read_text(encoding="utf-8") == text


def test_the_documentation_shows_this_mail(subject: Subject) -> None:
    """The page has it word for word, but for line breaks, up to its closing remark."""
    page = (ROOT / "docs" / "concepts" / "approval.md").read_text(encoding="utf-8")
    mail = written(subject)
    shown = " ".join(f"Subject: {mail.subject}\n{mail.text}".partition("The latest")[0].split())
    assert shown in " ".join(page.split())


@pytest.mark.parametrize("form", ["text", "html"])
def test_each_form_tells_everything(subject: Subject, form: str) -> None:
    """Target, caller, versions, regions, the plan, how long it is good, and whom to tell (R186)."""
    mail = written(subject)
    text = mail.text if form == "text" else Read(mail.html).text
    told = (
        *(subject.act, subject.environment, subject.app, subject.account, subject.caller),
        *subject.regions,
        *subject.lines,
        *("2026-01-02 03:10 UTC", "10 minutes", FIXED, subject.digest[:8]),
        *("Do not share this code", "contact your administrator", "for this plan only"),
    )
    assert [] == [each for each in told if each not in text]
    assert subject.digest not in text


def test_the_code_is_not_where_others_see_it(subject: Subject) -> None:
    """Neither in the subject nor in what a locked phone shows of the mail."""
    mail = written(subject)
    assert f"[sam-deploy] Promote to prod: orders, plan {subject.plan}" == mail.subject
    assert FIXED not in mail.subject
    for text in (mail.text, Read(mail.html).text):
        assert FIXED not in " ".join(text.split())[:LOCKED_SCREEN]


def test_the_code_can_be_copied_whole(subject: Subject) -> None:
    """It is alone on its line, and in one piece in the HTML, too."""
    mail = written(subject)
    assert [f"    {FIXED}"] == [line for line in mail.text.splitlines() if FIXED in line]
    assert 1 == mail.html.count(f">{FIXED}</p>")
    assert 1 == mail.html.count(FIXED)


def test_the_page_is_one_column_without_images(subject: Subject) -> None:
    """A phone shows it without scrolling sideways, and nothing is fetched from anywhere."""
    read = Read(written(subject).html)
    assert set() == {"img", "table", "a", "link", "script", "style"} & set(read.tags)
    html = written(subject).html
    assert 'content="width=device-width, initial-scale=1"' in html
    assert "max-width:480px" in html
    assert "http" not in html


def test_lines_are_short_enough_for_mail(subject: Subject, other: Callable[..., Subject]) -> None:
    """Mail servers break lines of 998 bytes; only a list of very many regions comes near."""
    regions = tuple(f"ap-southeast-{number}" for number in range(1, 31))
    mail = written(replace(other(1), regions=regions))
    longest = max(len(line.encode()) for line in (mail.text + mail.html).splitlines())
    assert longest < 998
    assert subject.regions != regions


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a & b", '"><img src=x onerror="1">', "</p></div>", "'"]
)
def test_names_cannot_become_html(other: Callable[..., Subject], name: str) -> None:
    """Whatever a field holds is text of the page, and adds no tag to it."""
    fields = ("act", "app", "environment", "account", "caller")
    plain = Read(written(replace(other(1), lines=("x",))).html).tags
    read = Read(written(replace(other(1, **dict.fromkeys(fields, name)), lines=(name,))).html)
    assert plain == read.tags
    assert read.text.count(name) >= len(fields) + 1


@given(name=st.text(max_size=40))
def test_a_subject_is_one_line(subject: Subject, name: str) -> None:
    """No field can add a header to the mail."""
    mail = written(replace(subject, act=name, app=name))
    assert 1 == len(mail.subject.splitlines())


def test_a_letter_is_not_shown_by_accident(subject: Subject) -> None:
    """Its repr has no body, and so no code."""
    assert FIXED not in repr(written(subject))
