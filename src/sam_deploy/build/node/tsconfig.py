"""Which tsconfig.json lets a file that is not there yet take the place of one that is bundled.

Reads the file, and looks whether what its `paths` lead to is there.
Source: TypeScript documentation, `baseUrl` and `paths`; esbuild documentation, "TypeScript".
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

_STRING: Final = r'("(?:[^"\\]|\\.)*")'
_COMMENT: Final = re.compile(rf"{_STRING}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_LAST_COMMA: Final = re.compile(rf"{_STRING}|,(?=\s*[\]}}])")


def is_open(path: Path) -> bool:
    """Say whether an import may come to mean another file by this tsconfig, without its change.

    By `baseUrl`, and by `paths` whose first target is not a file of its own: the next file below a
    folder may be found before the bundled one. What cannot be understood may do anything.
    """
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if '"baseUrl"' not in text and '"paths"' not in text:
        return False
    match _parsed(text):
        case {"compilerOptions": {"baseUrl": _}}:
            return True
        case {"compilerOptions": {"paths": dict(paths)}}:
            return not all(_is_settled(targets, path.parent) for targets in paths.values())
        case {"compilerOptions": {"paths": _}} | None:
            return True
    return False


def _is_settled(targets: object, folder: Path) -> bool:
    """Say whether these targets of an import lead to one file, which is there, or nowhere."""
    if not isinstance(targets, list):
        return False
    # esbuild passes over types, which are of use to an editor only.
    meant = [str(each) for each in targets if not str(each).lower().endswith(".d.ts")]
    if not meant:
        return True
    # One that does not begin with a dot is passed over, too, without `baseUrl`.
    first = meant[0]
    return first.startswith(("./", "../")) and "*" not in first and (folder / first).is_file()


def _parsed(text: str) -> object:
    """Return the content of JSON that may have comments and last commas; None for what is none."""
    plain = _COMMENT.sub(lambda found: found[1] or " ", text)
    try:
        return json.loads(_LAST_COMMA.sub(lambda found: found[1] or "", plain))
    except ValueError:
        return None
