from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.cli.cloud.mail_command import text
from sam_deploy.cli.cloud.mail_text import text_of
from sam_deploy.local import Mail

PAGE = """<!doctype html>
<html><head><title>unseen</title><style>p { color: red }</style></head>
<body>
<p>Hello &lt;Asha&gt;,</p>
<p>your code is <b>123456</b>,
or <a href="https://example.com/confirm?code=1&amp;to=2">confirm here</a>.</p>
<ul><li>one</li><li>two</li></ul>
<table><tr><td>Total</td><td>12 EUR</td></tr></table>
<p><a href="https://example.com">https://example.com</a> <img alt="Logo" src="x.png"></p>
<script>alert("unseen")</script>
</body></html>
"""


def test_a_page_reads_as_its_paragraphs_with_the_addresses_of_links() -> None:
    """What is not seen of it is left out; an address that is its own text stands once."""
    assert [
        "Hello <Asha>,",
        "",
        "your code is 123456, or confirm here (https://example.com/confirm?code=1&to=2).",
        "",
        "- one",
        "- two",
        "",
        "Total 12 EUR",
        "",
        "https://example.com [Logo]",
    ] == text_of(PAGE).splitlines()


def test_a_mail_of_html_alone_shows_its_text() -> None:
    """Beside its head; a mail with a text shows that."""
    mail = Mail("shop@example.com", ("a@example.com",), "Code", "", "<p>It is <b>7</b></p>", "0")
    assert [
        "1970-01-01 00:00:00 UTC  shop@example.com -> a@example.com",
        "  Code",
        "",
        "  It is 7",
        "",
    ] == text(mail).split("\n")
    plain = Mail("s", ("r",), "Code", "as text", "<p>as a page</p>", "0")
    assert "  as text" in text(plain).splitlines()
    assert "as a page" not in text(plain)


def test_rows_and_breaks_are_lines() -> None:
    """Two breaks are an empty line; what a terminal would obey is left out."""
    page = "<div>one</div><div>two<br>three<br><br>four \x1b[31m</div>"
    assert ["one", "two", "three", "", "four [31m"] == text_of(page).splitlines()


@given(st.text())
def test_anything_can_be_read(page: str) -> None:
    """HTML that is none is no error."""
    assert text_of(page) == text_of(page).strip()


@pytest.mark.parametrize("page", ["", "<p></p>", "<style>p{}</style>"])
def test_a_page_that_shows_nothing_is_empty(page: str) -> None:
    """Not a blank line."""
    assert "" == text_of(page)
