from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.node.handler import Entry, check_export, entry_of, first_format
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import NodeUnit


def unit(source: Path, handler: str = "src/index.handler") -> NodeUnit:
    return NodeUnit("function/F", "F", "F.zip", "nodejs20.x", source, handler)


def touch(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


@pytest.mark.parametrize("suffix", [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs"])
def test_the_handler_s_file_may_have_any_ending(tmp_path: Path, suffix: str) -> None:
    """TypeScript and JavaScript, of either kind of module."""
    touch(tmp_path, f"src/index{suffix}")
    assert Entry(f"src/index{suffix}", "handler") == entry_of(unit(tmp_path))


def test_typescript_is_taken_before_what_was_compiled_from_it(tmp_path: Path) -> None:
    """`tsc` puts its output beside the source, where it grows old."""
    touch(tmp_path, "src/index.js", "src/index.ts", "src/index.d.ts")
    assert "src/index.ts" == entry_of(unit(tmp_path)).path


@pytest.mark.parametrize(
    ("handler", "hint"),
    [
        ("src/indx.handler", "did you mean `src/index.handler`?"),
        ("index.main", "did you mean `src/index.main`?"),
        ("quite/other.handler", "correct `handler` or `source` in the configuration"),
    ],
)
def test_a_missing_file_is_answered_with_the_nearest(
    tmp_path: Path, handler: str, hint: str
) -> None:
    """The same name elsewhere comes first, then similar names; never those of dependencies."""
    touch(tmp_path, "src/index.ts", "node_modules/x/quite/other.js", "src/types.d.ts")
    with pytest.raises(BuildError) as caught:
        entry_of(unit(tmp_path, handler))
    assert hint == caught.value.hint


def test_a_missing_source_folder_is_told(tmp_path: Path) -> None:
    """Not as a missing handler."""
    with pytest.raises(BuildError, match="does not exist"):
        entry_of(unit(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("path", "manifests", "expected"),
    [
        ("src/index.mts", {}, "esm"),
        ("src/index.cts", {"package.json": '{"type": "module"}'}, "cjs"),
        ("src/index.ts", {"package.json": '{"type": "module"}'}, "esm"),
        ("src/index.ts", {"package.json": '{"type": "module"}', "src/package.json": "{}"}, "cjs"),
        ("src/index.ts", {}, "cjs"),
    ],
)
def test_ending_and_package_say_which_kind_of_module_it_is(
    tmp_path: Path, path: str, manifests: dict[str, str], expected: str
) -> None:
    """As Node decides: the ending first, then the nearest package.json."""
    touch(tmp_path, path)
    for name, text in manifests.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "package.json").touch()  # nothing above the test's folder counts
    assert expected == first_format(unit(tmp_path), Entry(path, "handler"))


ENTRY = Entry("src/index.ts", "handler")
ANNOTATED = b"var x;0&&(module.exports={handle,main});\n/*! licence */\n"


def refused(source: bytes, bundle: bytes, listed: tuple[str, ...] | None) -> str:
    """Return why the export was refused, or nothing when it was accepted."""
    try:
        check_export(unit(Path("/s")), ENTRY, source, bundle, listed)
    except BuildError as error:
        return f"{error.why.partition('; ')[2]}; {error.hint}"
    return ""


@pytest.mark.parametrize(
    ("source", "bundle", "listed", "expected"),
    [
        (b"", b"0 && (module.exports = {\n  handler,\n  main\n});\n", (), ""),
        (b"", b"", ("handler",), ""),
        (b"", ANNOTATED, (), "it exports handle, main; did you mean `src/index.handle`?"),
        (b"", b"", ("run",), "it exports run; export the function, or correct `handler` in "),
        (b"export * from './a';", ANNOTATED, (), ""),
        # a bundled package brought its own line, the handler's file exports nothing
        (b"", b"0&&(module.exports={handler});var more;", (), "it exports nothing; "),
    ],
)
def test_the_exports_of_an_es_module_are_known(
    source: bytes, bundle: bytes, listed: tuple[str, ...], expected: str
) -> None:
    """From esbuild's metafile or from its line for CommonJS; `export *` is not judged."""
    assert refused(source, bundle, listed).startswith(expected)
    assert bool(expected) == bool(refused(source, bundle, listed))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"exports.handler = 1", ""),
        (b"module.exports = { handler }", ""),
        (b"module.exports = require('./other')", ""),
        (b"Object.assign(exports, other)", ""),
        (b"exports.main = 1; module.exports.run = 2", "it exports main, run; "),
        (
            b'Object.defineProperty(exports, "__esModule", {}); exports.handle = 1',
            "it exports handle; did you mean `src/index.handle`?",
        ),
    ],
)
def test_the_exports_of_commonjs_are_judged_only_when_all_are_plain(
    source: bytes, expected: str
) -> None:
    """Only running the file could tell the rest, and a false alarm would be worse."""
    assert refused(source, b"", None).startswith(expected)
    assert bool(expected) == bool(refused(source, b"", None))
