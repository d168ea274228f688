from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build.node.inputs import Record, fingerprint, hashes, read, record_of, write
from sam_deploy.build.store import Store


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def project(folder: Path, **more: str) -> Path:
    """A service that extends a base tsconfig and uses one workspace and one installed package."""
    files = {
        "package.json": "{}",
        "tsconfig.base.json": "{}",
        "packages/log/package.json": "{}",
        "packages/log/src/index.ts": "",
        "node_modules/ms/package.json": "{}",
        "node_modules/ms/lib/index.js": "",
        "node_modules/ms/tsconfig.json": "{}",
        "services/a/tsconfig.json": '{"extends": ["../../tsconfig.base", "@x/not-there"]}',
        "services/a/src/index.ts": "",
        **more,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder / "services/a"


BUNDLED = ("src/index.ts", "../../packages/log/src/index.ts", "../../node_modules/ms/lib/index.js")


def test_a_record_names_all_that_went_in_and_what_configures_it(tmp_path: Path) -> None:
    """With the tsconfig of the project, what that extends, and every package.json."""
    record = record_of(project(tmp_path), "cjs", BUNDLED, hash_of)
    expected = {
        *BUNDLED,
        "tsconfig.json",
        "../../tsconfig.base.json",
        "../../package.json",
        "../../packages/log/package.json",
        "../../node_modules/ms/package.json",
    }
    outside = {path for path in record.files if path.startswith("../../../")}
    assert expected == set(record.files) - outside


CHANGES = {
    "a file is gone": lambda root: (root / "packages/log/src/index.ts").unlink(),
    "a file beside": lambda root: (root / "services/a/src/new.ts").touch(),
    "a folder beside": lambda root: (root / "services/a/src/new").mkdir(),
    "a text beside": lambda root: (root / "services/a/src/notes.txt").touch(),
    "a folder with a dot": lambda root: (root / "services/a/src/v1.2").mkdir(),
    "a file one level up": lambda root: (root / "packages/log/src.ts").touch(),
    "npm installed": lambda root: (root / "node_modules/.package-lock.json").touch(),
    "pnpm installed": lambda root: (root / "node_modules/.modules.yaml").touch(),
    "a nearer package.json": lambda root: (root / "services/a/src/package.json").touch(),
    "a nearer tsconfig": lambda root: (root / "services/tsconfig.json").touch(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_may_lead_an_import_elsewhere_is_noticed(tmp_path: Path, change: str) -> None:
    """The bundler has to look again; what it then finds decides."""
    source = project(tmp_path)
    record = record_of(source, "cjs", BUNDLED, hash_of)
    assert hashes(record, source, hash_of) is not None
    CHANGES[change](tmp_path)
    assert hashes(record, source, hash_of) is None


@pytest.mark.parametrize("path", ["services/notes.md", "services/a/src/.hidden.ts", "README.md"])
def test_files_that_no_import_means_do_not_matter(tmp_path: Path, path: str) -> None:
    """Writing documentation bundles nothing."""
    source = project(tmp_path)
    record = record_of(source, "cjs", BUNDLED, hash_of)
    (tmp_path / path).touch()
    assert hashes(record, source, hash_of) is not None


PATHS = '{"compilerOptions": {"paths": {"@lib/*": ["./overrides/*", "./shared/lib/*"]}}}'
TYPES = '{"compilerOptions": {"paths": {"lib": ["./types/lib.d.ts"]}}}'


@pytest.mark.parametrize(
    ("expected", "files"),
    [
        (False, {}),
        (True, {"services/a/tsconfig.json": PATHS}),
        (True, {"tsconfig.base.json": PATHS}),
        (True, {"packages/jsconfig.json": PATHS}),
        (False, {"tsconfig.base.json": TYPES}),
        (False, {"services/b/tsconfig.json": PATHS, "node_modules/ms/tsconfig.json": PATHS}),
        (False, {"packages/tsconfig.json": "{}", "tsconfig.json": PATHS}),
    ],
)
def test_a_record_is_open_where_the_nearest_tsconfig_leads_to_whole_folders(
    tmp_path: Path, files: dict[str, str], *, expected: bool
) -> None:
    """As are those of imports by a pattern, and that is kept with the record."""
    source, store = project(tmp_path, **files), Store(tmp_path / "store")
    record = record_of(source, "cjs", BUNDLED, hash_of)
    assert expected is record.is_open
    write(store, source, "settings", record)
    assert record == read(store, source, "settings")
    assert record_of(source, "cjs", BUNDLED, hash_of, is_open=True).is_open


def test_a_link_to_itself_beside_the_code_is_only_a_name(tmp_path: Path) -> None:
    """It cannot be imported, and is no reason to fail."""
    source = project(tmp_path)
    (source / "src/loop").symlink_to("loop")
    record = record_of(source, "cjs", BUNDLED, hash_of)
    assert hashes(record, source, hash_of) is not None


def test_a_changed_file_has_another_hash_in_the_same_record(tmp_path: Path) -> None:
    """The fingerprint follows contents; the record stays."""
    source = project(tmp_path)
    record = record_of(source, "cjs", BUNDLED, hash_of)
    before = hashes(record, source, hash_of)
    (source / "src/index.ts").write_text("changed")
    after = hashes(record, source, hash_of)
    assert before is not None
    assert after is not None
    assert {"src/index.ts"} == {path for path, value in after.items() if before[path] != value}


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Of this source folder and these settings only."""
    store = Store(tmp_path)
    record = Record("esm", ("a.ts", "ü.ts"), {"./": "x"})
    write(store, Path("/s"), "settings", record)
    assert record == read(store, Path("/s"), "settings")
    assert read(store, Path("/s"), "others") is None
    assert read(store, Path("/t"), "settings") is None


def test_a_damaged_record_is_as_good_as_none(tmp_path: Path) -> None:
    """The bundle is made anew."""
    store = Store(tmp_path)
    write(store, Path("/s"), "settings", Record("cjs", ("a.ts",)))
    [entry] = (tmp_path / "node/inputs").iterdir()
    entry.write_bytes(entry.read_bytes()[:20])
    assert read(store, Path("/s"), "settings") is None


@given(st.dictionaries(st.text(), st.text(), min_size=1), st.lists(st.text()), st.text(), st.data())
def test_order_does_not_matter_and_every_change_does(
    files: dict[str, str], packed: list[str], settings: str, data: st.DataObject
) -> None:
    """The fingerprint is one of contents."""
    first = fingerprint(settings, files, packed)
    shuffled = dict(data.draw(st.permutations(list(files.items()))))
    assert first == fingerprint(settings, shuffled, data.draw(st.permutations(packed)))
    path = data.draw(st.sampled_from(sorted(files)))
    assert first != fingerprint(settings, {**files, path: files[path] + "x"}, packed)
    assert first != fingerprint(settings, files, [*packed, "more"])
    assert first != fingerprint(settings + "x", files, packed)
