"""Codes are in mails, and nowhere else: not at debug level, not in any file or document."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults import world
from tests.faults.promoting import HOME, SENDER, Stage
from tests.faults.rules import LoseAnswer, When
from tests.faults.test_codes import ENTER, at_the_code, code_of, mails, wrong

pytestmark = [pytest.mark.long, pytest.mark.fault(21)]

LOUD = """\
import logging

logging.basicConfig(filename={log!r}, level=logging.DEBUG, format="%(name)s %(message)s")
for name in ("botocore", "urllib3", "botocore.endpoint", "botocore.auth", "sam_deploy"):
    logging.getLogger(name).setLevel(logging.DEBUG)
"""
PLANTED = "planted-secret-of-a-test"


@pytest.fixture
def loud(stage: Stage, tmp_path: Path) -> Iterator[Path]:
    """Every process logs all there is to log; the file that it goes to."""
    log = tmp_path / "debug.log"
    (tmp_path / "sitecustomize.py").write_text(LOUD.format(log=str(log)), encoding="utf-8")
    stage.place.client("sesv2", HOME).create_email_identity(EmailIdentity=SENDER)
    stage.place.more = {"PYTHONPATH": str(tmp_path), "AWS_SECRET_ACCESS_KEY": PLANTED}
    yield log
    stage.place.more = {}


def everything(stage: Stage, log: Path) -> dict[str, str]:
    """All that is written anywhere: the log, the project's files, what zips hold, all documents."""
    found = {"the log": log.read_text(encoding="utf-8", errors="replace")}
    for path in sorted(stage.place.folder.rglob("*")):
        if path.is_file():
            found[str(path)] = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    found[f"{path}!{name}"] = packed.read(name).decode("utf-8", "replace")
    for region, bucket, key in world.documents(stage.place, ""):
        body = stage.place.client("s3", region).get_object(Bucket=bucket, Key=key)["Body"].read()
        found[f"{bucket}/{key}"] = body.decode("utf-8", "replace")
    return found


def times(text: str, code: str) -> int:
    """How often a code stands in a text, not counting parts of hashes."""
    return len(re.findall(rf"(?<![0-9a-f]){code}(?![0-9a-f])", text))


def test_no_code_is_written_anywhere(stage: Stage, loud: Path) -> None:
    """Wrong tries, a mail that was sent twice, and a promotion that goes ahead, all at `-v`."""
    begun = len(mails(stage))
    said, typed = "", []
    with at_the_code(stage, "-v") as terminal:
        terminal.until(ENTER.format(1))
        typed.append(wrong(code_of(mails(stage)[-1])))
        terminal.type(typed[-1])
        terminal.until(ENTER.format(2))
        terminal.interrupt()
        assert 130 == terminal.end(), terminal.said
        said += terminal.said
    stage.place.proxy.add(When("ses"), LoseAnswer(), times=1)
    with at_the_code(stage, "-v") as terminal:
        terminal.until(ENTER.format(1))
        typed.append(code_of(mails(stage)[-1]))
        terminal.type(typed[-1])
        assert 0 == terminal.end(), terminal.said
        said += terminal.said
    codes = [code_of(each) for each in mails(stage)[begun:]]
    assert 3 == len(codes)
    found = everything(stage, loud)
    assert any("journal/" in key for key in found)
    assert any("audit/" in key for key in found)
    assert "botocore" in found["the log"]
    logs = [text for where, text in found.items() if "/.sam-deploy/runs/" in where]
    assert [text for text in logs if "sesv2 SendEmail" in text and '"RunEnded"' in text]
    for code in {*codes, *typed}:
        assert [] == [where for where, text in found.items() if times(text, code)]
        # what a person types is shown at the terminal, as often as it was typed
        assert typed.count(code) == times(said, code)
    assert [] == [where for where, text in found.items() if PLANTED in text]
    assert PLANTED not in said


def test_what_is_searched_for_would_be_found(stage: Stage, loud: Path) -> None:
    """So that the test above can fail: a text in a document, a file and the log is seen."""
    stage.promoted()
    assert 0 == stage.place.run("status", "--target", "aws").code
    found = everything(stage, loud)
    assert [where for where, text in found.items() if "HelloFunction" in text]
    assert "botocore" in found["the log"] or "sam_deploy" in found["the log"]
    assert 1 == times("code 123456.", "123456")
    assert 0 == times("a123456b", "123456")
