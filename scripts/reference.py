"""Write docs/reference/configuration.md from the classes of `deploy.py` and their docstrings.

uv run scripts/reference.py            write it
uv run scripts/reference.py --check    exit 1 when it is not current
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "src/sam_deploy/config/model"
TEXT = ROOT / "src/sam_deploy/config/text.py"
PAGE = ROOT / "docs/reference/configuration.md"
FILES = {
    "app": "The app",
    "functions": "Functions and layers",
    "triggers": "Triggers",
    "http": "APIs",
    "messages": "Queues, topics and events",
    "storage": "Buckets and tables",
    "identity": "User pools",
    "watching": "Alarms, settings, CDN",
}
"""The files of the model, in the order of the page, and their headings."""
SPOKEN = {
    "QueueTrigger": "on_queue",
    "UploadTrigger": "on_upload",
    "UserPoolTrigger": "on_user_pool",
    "ScheduleTrigger": "on_schedule",
    "EventTrigger": "on_event",
    "TopicTrigger": "on_topic",
    "TableTrigger": "on_table",
}
FORMS: dict[str, str] = {}
CONSTANTS: dict[str, object] = {}
HEAD = """# Configuration

A project is a folder with a `deploy.py` that defines one `App`. Everything below is imported from
`sam_deploy`. The first argument (`name`, mostly) can be given by position; relative paths are
relative to `deploy.py`. Made by `scripts/reference.py` from the classes themselves.

The variables of the shell and of `.env` are in [.env.example](../../.env.example).
"""


def main() -> int:
    """Write the page, or say whether it is current."""
    CONSTANTS.update(_constants())
    FORMS.update(_forms())
    text = HEAD + "".join(part(MODEL / f"{name}.py", title) for name, title in FILES.items())
    if "--check" in sys.argv:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("current" if current else f"run `uv run {Path(sys.argv[0]).name}`: not current")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


def part(file: Path, title: str) -> str:
    """Return the classes of one file of the model, under a heading of their own."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    classes = [
        node
        for node in body
        if isinstance(node, ast.ClassDef) and any(_is_declaration(d) for d in node.decorator_list)
    ]
    return f"\n# {title}\n" + "".join(section(each) for each in classes)


def _is_declaration(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id == "declaration"


def section(node: ast.ClassDef) -> str:
    """Return one class as a heading, a sentence and a table of its arguments."""
    name = SPOKEN.get(node.name, node.name)
    lines = [f"\n## {name}\n", f"{ast.get_docstring(node)}\n", "| argument | kind | default | |"]
    lines.append("|---|---|---|---|")
    for index, statement in enumerate(node.body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            words = _words(node.body, index)
            default = f"`{_default(statement.value)}`" if statement.value else "required"
            kind = _kind(statement.annotation)
            lines.append(f"| `{statement.target.id}` | {kind} | {default} | {words} |")
    return "\n".join(lines) + "\n"


def _kind(node: ast.expr) -> str:
    """Return an annotation in words: 'list of Region', 'int, 128 to 10240', 'str or None'."""
    if isinstance(node, ast.BinOp):
        return f"{_kind(node.left)} or {_kind(node.right)}"
    if not isinstance(node, ast.Subscript):
        text = ast.unparse(node)
        return FORMS.get(text, text)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    outer = ast.unparse(node.value)
    if outer == "Annotated" and "AnyJson()" in map(ast.unparse, parts):
        return "JSON"
    if outer == "Annotated":
        return _kind(parts[0]) + "".join(_limit(mark) for mark in parts[1:])
    if outer == "Sequence":
        return f"list of {_kind(parts[0])}"
    if outer == "Mapping":
        return f"dict of {_kind(parts[0])} to {_kind(parts[1])}"
    return ", ".join(f"`{ast.unparse(part)}`" for part in parts)


def _limit(mark: ast.expr) -> str:
    """Return what a mark adds: a range, a length, or the form of a text."""
    if not isinstance(mark, ast.Call):
        return ""
    name = ast.unparse(mark.func)
    values = [_value(each) for each in mark.args]
    named = {each.arg: _value(each.value) for each in mark.keywords}
    if name == "Interval":
        return f", {named['ge']} to {named['le']}"
    if name == "Matches":
        return f" ({values[1]})"
    if name == "Len":
        return f", at most {values[1]}" if len(values) > 1 else ", not empty"
    return ""


def _value(node: ast.expr) -> object:
    """Return a literal, or what a constant of the model's files stands for."""
    if isinstance(node, ast.Name):
        return CONSTANTS[node.id]
    return ast.literal_eval(node)


def _constants() -> dict[str, object]:
    """Return the constants of the model's files, with their values."""
    names = ["sam_deploy.config.text", *(f"sam_deploy.config.model.{each}" for each in FILES)]
    modules = [importlib.import_module(name) for name in names]
    return {name: value for module in modules for name, value in vars(module).items()}


def _forms() -> dict[str, str]:
    """Return what the names of text forms stand for."""
    found = {}
    for file in (TEXT, *sorted(MODEL.glob("*.py"))):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name[0].isupper() and not name.isupper():
                    found[name] = _kind(node.value)
    return found


def _default(value: ast.expr) -> str:
    return {"field(default_factory=dict)": "{}"}.get(ast.unparse(value), ast.unparse(value))


def _words(body: list[ast.stmt], index: int) -> str:
    """Return the string that stands below an argument, on one line."""
    below = body[index + 1] if index + 1 < len(body) else None
    if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
        return " ".join(str(below.value.value).split()).replace("|", "\\|")
    return ""


if __name__ == "__main__":
    sys.exit(main())
