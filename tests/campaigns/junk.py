"""Values that no configuration should hold: of the wrong type, of an odd form, hostile."""

from __future__ import annotations

from typing import Final

HOSTILE: Final = '''
class Hostile:
    """Raises whatever is done with it."""

    def _no(self, *given):
        raise RuntimeError("hostile")

    __repr__ = __str__ = __eq__ = __hash__ = __bool__ = __len__ = __iter__ = __getitem__ = _no
    __lt__ = __int__ = __format__ = __contains__ = __getattr__ = __call__ = _no


class Liar:
    """Says that it is text, and is not."""

    __class__ = str


class Evasive:
    __class__ = property(lambda self: 1 / 0)


class Name(str):
    def __repr__(self):
        raise RuntimeError("hostile")


class Mapped(dict):
    def items(self):
        raise RuntimeError("hostile")


class Listed(list):
    def __iter__(self):
        raise RuntimeError("hostile")


CIRCLE = []
CIRCLE.append(CIRCLE)
RING = {}
RING["ring"] = RING
DEEP = "x"
for _ in range(5000):
    DEEP = [DEEP]
DEEP_DICT = "x"
for _ in range(5000):
    DEEP_DICT = {"x": DEEP_DICT}
'''
"""Written above every app."""
JUNK: Final = (
    *("None", "True", "False", "-1", "0", "1", "10**30", "-(10**5000)", "1.5", "1e400", "2+3j"),
    *("float('nan')", "float('inf')", "b'x'", "...", "object()", "int", "lambda: 1", "print"),
    *("''", "'x'", "' '", "[]", "[None]", "['x']", "[['x']]", "[1, 'x']", "()", "({},)", "{}"),
    *("{'a': 1}", "{1: 'a'}", "{'a': ['b']}", "{('a',): 'b'}", "{None: None}", "{'x'}"),
    *("(i for i in 'a')", "range(3)", "[[[[[['x']]]]]]", "{'a': {'a': {'a': {'a': 1}}}}"),
    *("Hostile()", "Liar()", "Evasive()", "Name('x')", "Mapped(a=1)", "Listed(['x'])"),
    *("[Hostile()]", "{'a': Hostile()}", "[Evasive()]", "{'a': [Name('x')]}", "Hostile"),
    *("CIRCLE", "RING", "[CIRCLE]", "{'a': RING}", "DEEP", "DEEP_DICT", "Exception('x')"),
    *("['x'] * 2000", "'x' * 100000", "{str(i): 'x' for i in range(2000)}", "NotImplemented"),
    *("App", "Queue", "Queue()", "[Queue('Orders')]", "Function('Api')", "HttpApi()", "on_queue()"),
    *("Cors(['GET'])", "[Route()]", "[on_queue(['Orders'])]", "Environment('dev')", "Key('id')"),
)
"""Expressions of every type but the right one, mostly."""
TEXTS: Final = (
    *("", " ", "A B", "a\nb", "a\tb", "\0", "a\0b", "\ud800", "a\x1b[31mb", "\u202ea", "\ufeffa"),
    *(
        "x" * 64,
        "x" * 300,
        "x" * 20_000,
        "é",
        "名前",
        "😀",
        "-",
        ".",
        "..",
        "../..",
        "/",
        "//",
        "*",
    ),
    *("${AWS::Region}", "${Missing}", "${", "$${x}", "{environment}", "{{resolve:ssm:x}}", "%s"),
    *(
        "eu-west-1",
        "eu-west-9",
        "dev",
        "prod",
        "local",
        "core",
        "Api",
        "Orders",
        ".read",
        "x.write",
    ),
    *("default", "aws", "AWS", "null", "true", "0", "1e3", "012345678901", "=", "<<", "!Ref x"),
    *("'", '"', "\\", "`", "#", "a: b", "- a", "arn:aws:s3:::x", "https://", "a@b", "rate(0 days)"),
)
