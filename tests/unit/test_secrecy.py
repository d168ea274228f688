"""Whatever level somebody sets, the SDK's loggers tell no code and no credentials."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from sam_deploy.secrecy import FAMILIES, kept, quieten, redacted

HEADER = "AWS4-HMAC-SHA256 Credential=AKIA123/20260102/eu-west-1/ses, Signature=abc123"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a root handler at the level DEBUG shows; every logger is afterwards as it was."""
    shown = io.StringIO()
    handler = logging.StreamHandler(shown)
    root = logging.getLogger()
    loggers = [
        each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger)
    ]
    before = [(each, each.level, list(each.filters)) for each in (root, *loggers)]
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield shown
    root.removeHandler(handler)
    for each, level, filters in before:
        each.setLevel(level)
        each.filters = filters


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("level", [logging.NOTSET, logging.DEBUG, logging.INFO])
def test_what_is_below_info_is_not_told(log: io.StringIO, family: str, level: int) -> None:
    """Neither by a family's logger nor by one below it, though its own level was set to DEBUG."""
    logging.getLogger(family).setLevel(level)
    below = logging.getLogger(f"{family}.secrecy_test")
    below.setLevel(logging.DEBUG)
    quieten()
    for logger in (logging.getLogger(family), below):
        logger.debug("code %s", "847392")
        logger.info("hello")
    assert "hello\nhello\n" == log.getvalue()


def test_the_families_are_pinned_even_for_loggers_to_come(log: io.StringIO) -> None:
    """A logger that is made later takes the level of its family."""
    logging.getLogger("botocore").setLevel(logging.DEBUG)
    quieten()
    logging.getLogger("botocore.made_later_by_secrecy_test").debug("code 847392")
    assert "" == log.getvalue()


def test_a_quieter_level_stays(log: io.StringIO) -> None:
    """Who wants errors only gets errors only; other loggers are not touched."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    quieten()
    assert logging.ERROR == logging.getLogger("urllib3").level
    logging.getLogger("mine.secrecy_test").debug("mine")
    assert "mine\n" == log.getvalue()


def test_a_kept_secret_is_replaced_while_it_is_kept(log: io.StringIO) -> None:
    """In messages, in their arguments and in tracebacks."""
    logger = logging.getLogger("botocore.secrecy_test")
    quieten()
    with kept("847392"), kept("847392"):
        with kept("847392"):
            logger.warning("body %s", {"code": "847392"})
        try:
            raise ValueError("847392")
        except ValueError:
            logger.exception("failed")
        assert "***" == redacted("847392")
    shown = log.getvalue()
    assert "847392" not in shown
    assert "body {'code': '***'}" in shown
    assert "ValueError: ***" in shown
    assert "847392" == redacted("847392")


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: {HEADER}",
        f"headers={{'Authorization': b'{HEADER}', 'Host': 'x'}}",
        f'{{"authorization": "{HEADER}"}}',
        "X-Amz-Security-Token: abc123\r\nHost: x",
        "(b'X-Amz-Security-Token', b'abc123')",
    ],
)
def test_credentials_in_headers_are_replaced(text: str) -> None:
    """As logs and traces show them; what stands beside them stays."""
    shown = redacted(text)
    assert "abc123" not in shown
    assert "AKIA" not in shown
    assert "***" in shown
    assert ("Host" in text) == ("Host" in shown)


def test_other_texts_stay() -> None:
    """The word alone is no header."""
    assert "an authorization failed" == redacted("an authorization failed")
