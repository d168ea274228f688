from __future__ import annotations

import json
from pathlib import Path

import pytest

from sam_deploy.build.node import tsconfig

OPEN = {
    "baseUrl": '{"compilerOptions": {"baseUrl": "."}}',
    "a pattern": '{"compilerOptions": {"paths": {"@lib/*": ["./lib/*"]}}}',
    "one of several": '{"compilerOptions": {"paths": {"a": ["./there.ts"], "@b/*": ["./lib/*"]}}}',
    "a file that is not there": '{"compilerOptions": {"paths": {"a": ["./new.ts", "./there.ts"]}}}',
    "a folder": '{"compilerOptions": {"paths": {"a": ["./folder"]}}}',
    "a place to be filled in": '{"compilerOptions": {"paths": {"a": ["${configDir}/there.ts"]}}}',
    "what counts with baseUrl only": '{"compilerOptions": {"paths": {"a": ["there.ts"]}}}',
    "no list": '{"compilerOptions": {"paths": {"a": "there.ts"}}}',
    "no paths": '{"compilerOptions": {"paths": []}}',
    "no JSON": '{"compilerOptions": {"paths": {',
    "comments": '{ // x\n"compilerOptions": {/* "y */ "paths": {"a/*": ["./lib/*",],},}}',
    "a mark of its encoding": '\ufeff{"compilerOptions": {"baseUrl": "."}}',
}
SETTLED = {
    "nothing of that kind": '{"compilerOptions": {"strict": true}}',
    "not even JSON": "strict",
    "a file that is there": '{"compilerOptions": {"paths": {"a": ["./there.ts", "./new.ts"]}}}',
    "types": '{"compilerOptions": {"paths": {"a": ["./types/a.d.ts"], "b/*": ["./types/*.d.ts"]}}}',
    "elsewhere": '{"paths": {"a/*": ["./lib/*"]}}',
    "in a comment": '{"compilerOptions": {/* "paths": {"a/*": ["./lib/*"]} */ "strict": true,}}',
    "a text like a comment": '{"x": "//", "compilerOptions": {"paths": {"a": ["./there.ts"]}}}',
}


def written(folder: Path, text: str) -> Path:
    (folder / "folder").mkdir()
    (folder / "there.ts").touch()
    (folder / "tsconfig.json").write_text(text, encoding="utf-8")
    return folder / "tsconfig.json"


@pytest.mark.parametrize("kind", OPEN)
def test_where_a_new_file_could_be_found_first(tmp_path: Path, kind: str) -> None:
    """Also where nobody can tell."""
    assert tsconfig.is_open(written(tmp_path, OPEN[kind]))


@pytest.mark.parametrize("kind", SETTLED)
def test_where_no_new_file_could_be_found(tmp_path: Path, kind: str) -> None:
    """So that a project with types for an editor starts no process when nothing has changed."""
    assert not tsconfig.is_open(written(tmp_path, SETTLED[kind]))


def test_texts_with_escapes_are_read_as_json_is(tmp_path: Path) -> None:
    """A quotation mark in a text ends nothing."""
    text = json.dumps({"x": 'a"//', "compilerOptions": {"paths": {"a": ["./there.ts"]}}})
    assert not tsconfig.is_open(written(tmp_path, text))
