"""Says which Python files cannot be compiled, in a process of their own: 3.9 or newer.

Never imported by the product: `syntax.py` runs this file, with the target's Python where there is
one. Reads a JSON list of [name, source in base64], writes one of [name, line, message].
"""

import base64
import json
import sys
import warnings


def problem(name: str, source: bytes) -> "list[object] | None":
    """Return what is wrong with a source; nothing when it can be compiled."""
    try:
        compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return [name, error.lineno or 0, error.msg]
    except ValueError as error:
        return [name, 0, str(error)]
    except (RecursionError, MemoryError):
        return None  # too deep for this process says nothing of the file
    return None


def main() -> None:
    """Judge what standard input holds."""
    warnings.simplefilter("ignore")
    given = json.load(sys.stdin)
    found = [problem(name, base64.b64decode(source)) for name, source in given]
    json.dump([each for each in found if each], sys.stdout)


if __name__ == "__main__":
    main()
