from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build.inspect.attribution import YOUR_CODE, attribute
from sam_deploy.build.inspect.model import Package, Part, StoredFile


def files_of(*paths: str) -> list[StoredFile]:
    return [StoredFile(path, 10, 20, 0) for path in paths]


def owners(parts: Sequence[Part]) -> dict[str, str]:
    return {file.path: part.name for part in parts for file in part.files}


def test_files_go_to_the_package_that_records_them(make_package: Callable[..., Package]) -> None:
    """What no package records is the user's; what we packed is ours."""
    six = make_package("six", record=frozenset({"six.py"}))
    files = files_of(
        "six.py", "six-1.dist-info/METADATA", "handler.py", "sam_deploy_runtime/shim.py"
    )
    expected = {
        "six.py": "six",
        "six-1.dist-info/METADATA": "six",
        "handler.py": YOUR_CODE,
        "sam_deploy_runtime/shim.py": "sam_deploy_runtime",
    }
    assert expected == owners(attribute(files, [six], {}))


def test_a_folder_is_not_taken_for_the_runtime_module_by_its_beginning() -> None:
    """Only `sam_deploy_runtime/` itself is ours."""
    parts = attribute(files_of("sam_deploy_runtime_tests/a.py"), [], {})
    assert {"sam_deploy_runtime_tests/a.py": YOUR_CODE} == owners(parts)


def test_bytecode_belongs_to_its_source_and_is_counted_apart(
    make_package: Callable[..., Package],
) -> None:
    """In `__pycache__` or beside it, whoever made it; the user's own, too."""
    six = make_package("six", record=frozenset({"a/six.py", "b.py"}))
    compiled = ["a/__pycache__/six.cpython-312.pyc", "b.pyc", "__pycache__/handler.cpython-312.pyc"]
    parts = attribute(files_of("a/six.py", "b.py", "handler.py", *compiled), [six], {})
    assert ["six", "six", YOUR_CODE] == [owners(parts)[path] for path in compiled]
    assert [(40, 20), (20, 10)] == [
        (part.bytecode_bytes, part.bytecode_zipped_bytes) for part in parts
    ]


def test_a_file_of_two_packages_is_counted_once(make_package: Callable[..., Package]) -> None:
    """Namespace packages share an `__init__.py`; the first by name is given it."""
    shared = frozenset({"google/__init__.py"})
    packages = [make_package(name, record=shared) for name in ("google-a", "google-b")]
    parts = attribute(files_of("google/__init__.py"), packages, {})
    assert [("google-a", 20)] == [(part.name, part.unpacked_bytes) for part in parts]


def test_without_a_record_the_importable_names_decide(make_package: Callable[..., Package]) -> None:
    """SAM and others remove RECORD; `top_level.txt` or else the package's own name is left."""
    yaml = make_package("pyyaml", top_level=("yaml", "_yaml"))
    idna = make_package("idna")
    paths = ["yaml/nodes/a.py", "_yaml.py", "idna/core.py", "idna_other/core.py", "yaml.py"]
    found = owners(attribute(files_of(*paths), [yaml, idna], {}))
    assert ["pyyaml", "pyyaml", "idna", YOUR_CODE, "pyyaml"] == [found[path] for path in paths]


def test_parts_come_largest_first_with_their_chains(make_package: Callable[..., Package]) -> None:
    """The chain says why; a package without one was asked for."""
    small = make_package("a", record=frozenset({"a.py"}))
    large = make_package("b", record=frozenset({"b.py", "c.py"}))
    parts = attribute(files_of("a.py", "b.py", "c.py"), [small, large], {"b": ("a", "b")})
    assert [("b 1", ("a", "b")), ("a 1", ("a",))] == [(part.label, part.chain) for part in parts]


NAMES = st.sampled_from(["a", "b", "six", "__pycache__", "sam_deploy_runtime", "a-1.dist-info"])
ENDINGS = st.sampled_from(["x.py", "x.pyc", "x.cpython-312.pyc", "METADATA", "y.so"])
PATHS = st.builds(lambda folders, last: "/".join([*folders, last]), st.lists(NAMES), ENDINGS)
FILES = st.dictionaries(PATHS, st.integers(0, 10**9), max_size=20)


@pytest.mark.long
@given(files=FILES, data=st.data())
def test_every_byte_is_attributed_exactly_once(files: dict[str, int], data: st.DataObject) -> None:
    """Whatever the packages claim, rightly or not, and in whatever order the files come."""
    stored = [StoredFile(path, size // 3, size, 0) for path, size in files.items()]
    packages = data.draw(
        st.lists(
            st.builds(
                Package,
                name=st.sampled_from(["a", "b", "six"]),
                version=st.just("1"),
                folder=st.sampled_from(["a-1.dist-info", "b/six-1.dist-info", "six-1.dist-info"]),
                record=st.frozensets(st.one_of(PATHS, st.sampled_from(sorted(files) or ["x"]))),
                top_level=st.just(("a", "six")),
            ),
            max_size=4,
        )
    )
    parts = attribute(stored, packages, {})
    assert sorted(stored, key=lambda file: file.path) == sorted(
        (file for part in parts for file in part.files), key=lambda file: file.path
    )
    assert sum(files.values()) == sum(part.unpacked_bytes for part in parts)
    assert parts == attribute(data.draw(st.permutations(stored)), packages, {})
