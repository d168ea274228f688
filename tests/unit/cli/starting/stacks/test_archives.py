"""An archive from elsewhere is not trusted; packages are told from sources."""

from __future__ import annotations

import base64
import hashlib
import io
import stat
import zipfile

import pytest

from sam_deploy.cli.starting.stacks import archives
from sam_deploy.errors import RefusedError

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


def archive(*files: tuple[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(name, content)
    return held.getvalue()


def package(
    name: str, version: str, *modules: tuple[str, str], prefix: str = ""
) -> list[tuple[str, str]]:
    """A package as it lies where it was installed."""
    folder = f"{name}-{version}.dist-info"
    rows = []
    for path, text in modules:
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
        rows.append(f"{path},sha256={digest.rstrip('=')},{len(text)}")
    record = "\n".join([*rows, f"{folder}/RECORD,,", "../../bin/tool,,"])
    files = [
        *modules,
        (f"{folder}/METADATA", METADATA.format(name=name, version=version)),
        (f"{folder}/RECORD", record),
    ]
    return [(f"{prefix}{path}", text) for path, text in files]


@pytest.mark.parametrize(
    "name", ["../up.py", "/etc/passwd", "a/../../b.py", "a\\b.py", "C:/x.py", "a\nb.py"]
)
def test_no_path_leaves_the_folder(name: str) -> None:
    """Refused whole, and named."""
    with pytest.raises(RefusedError, match="not unpacked") as refused:
        archives.unpacked(archive(("fine.py", "1"), (name, "2")), "function `F`")
    assert repr(name) in refused.value.why or "no path" in refused.value.why


def test_links_are_not_made() -> None:
    """A link to a file outside would be followed by whoever reads it."""
    link = zipfile.ZipInfo("link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(RefusedError, match="not unpacked"):
        archives.unpacked(held.getvalue(), "function `F`")


def test_sizes_are_counted_and_not_believed() -> None:
    """Thousand to one is what zeros compress to."""
    many = archive(*((f"{n}.bin", bytes(archives.MOST_BYTES // 4 + 1)) for n in range(4)))
    with pytest.raises(RefusedError) as refused:
        archives.unpacked(many, "function `F`")
    assert "bytes unpacked" in refused.value.why


def test_what_is_no_archive_is_refused() -> None:
    """With one error, whatever is wrong with it."""
    both = archive(("a", "1"), ("a/b", "2"))
    for content in (b"", b"no archive", archive(("a.py", "1"))[:-30], both):
        with pytest.raises(RefusedError, match="not unpacked"):
            archives.unpacked(content, "function `F`")


def test_names_that_only_case_tells_apart_are_refused() -> None:
    """One would be written over the other on some computers."""
    with pytest.raises(RefusedError) as refused:
        archives.unpacked(archive(("App.py", "1"), ("app.py", "2")), "function `F`")
    assert "'App.py' and 'app.py'" in refused.value.why


def test_packages_become_requirements_and_leave_the_sources() -> None:
    """Pinned and sorted; what is compiled is not taken along."""
    made = archive(
        ("app.py", "import idna"),
        ("__pycache__/app.cpython-312.pyc", b"x"),
        *package("idna", "3.10", ("idna/__init__.py", "A = 1")),
        *package("attrs", "24.2.0", ("attr/__init__.py", ""), ("attrs/__init__.py", "")),
    )
    found = archives.contents(made, "function `F`")
    assert ("attrs==24.2.0", "idna==3.10") == found.requirements
    assert {"app.py": b"import idna"} == found.files
    assert () == found.kept


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("idna/__init__.py", "A = 2", "is not as it was installed"),
        ("idna-3.10.dist-info/METADATA", "Name: idna\n", "does not say what it is"),
        ("idna-3.10.dist-info/RECORD", "", "no RECORD"),
        ("idna-3.10.dist-info/direct_url.json", "{}", "not installed from a package index"),
        (
            "idna-3.10.dist-info/METADATA",
            METADATA.format(name="idna", version="3.10+ours"),
            "a local one",
        ),
    ],
)
def test_a_package_that_an_index_may_not_have_stays(path: str, content: str, reason: str) -> None:
    """Its files are kept as they are, and it is told why."""
    files = dict(package("idna", "3.10", ("idna/__init__.py", "A = 1")))
    files[path] = content
    found = archives.contents(archive(*files.items()), "function `F`")
    assert () == found.requirements
    assert {k: v.encode() for k, v in files.items()} == found.files
    (kept,) = found.kept
    assert kept.startswith("idna-3.10: ")
    assert reason in kept


@pytest.mark.parametrize("root", ["python/", "python/lib/python3.12/site-packages/"])
def test_of_a_layer_pythons_folders_count(root: str) -> None:
    """In either of the places where Lambda looks."""
    made = archive(
        (f"{root}shared.py", "A = 1"),
        ("bin/tool", "x"),
        *package("idna", "3.10", ("idna/__init__.py", ""), prefix=root),
    )
    found = archives.contents(made, "layer", layer=True)
    assert ({"shared.py": b"A = 1"}, ("idna==3.10",)) == (found.files, found.requirements)


def test_what_sam_deploy_packed_is_read_and_left_out() -> None:
    """It packs it again."""
    made = archive(("h.py", ""), ("sam_deploy_runtime/app.json", '{"handler": "h.run"}'))
    assert {"handler": "h.run"} == archives.own_facts(made, "function `F`")
    assert ["h.py"] == list(archives.contents(made, "function `F`").files)
    for broken in ("[1]", "{"):
        odd = archive(("sam_deploy_runtime/app.json", broken))
        assert {} == archives.own_facts(odd, "function `F`")
