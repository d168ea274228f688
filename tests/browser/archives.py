"""Archives, made up: a layer of packages, and what is in each of them."""

from __future__ import annotations

from tests.browser.recordings import Json


def listing(now: float, *, built: bool) -> Json:
    """Return /api/artifacts."""
    limit = 262_144_000
    sizes = {"pandas": 209_900_000, "mangum": 1_200_000, "Api": 310_000, "reports": 61_000_000}
    rows = [
        {
            "name": name,
            "kind": "function" if name == "Api" else "layer",
            "size_bytes": size,
            "zip_bytes": size // 3,
            "limit_bytes": limit,
            "share": size / limit,
        }
        for name, size in sizes.items()
    ]
    return {"built": now - 900, "artifacts": rows if built else []}


def tree(name: str) -> Json:
    """Return /api/artifacts/{name}."""
    parts = {"numpy 2.5.5": 92, "pandas 2.3.3": 71, "scipy 1.16": 30, "pytz 2026.6": 9}
    children = [
        {
            "name": part,
            "kind": "package",
            "size_bytes": size * 1_000_000,
            "children": [folder("python", folders(size), size)],
        }
        for part, size in parts.items()
    ]
    rest = [
        {"name": f"small{index}.py", "kind": "file", "size_bytes": 7_900_000 // 70}
        for index in range(70)
    ]
    tree = {"name": name, "kind": "layer", "size_bytes": 209_900_000}
    return {"name": name, "tree": {**tree, "children": [*children, *rest]}}


def folders(size: int) -> list[Json]:
    """Return folders that share so many megabytes."""
    shares = enumerate((40, 25, 15, 10, 6, 4))
    return [folder(f"folder{index}", [], size * share / 100) for index, share in shares]


def folder(name: str, children: list[Json], size: float) -> Json:
    """Return a folder of so many megabytes."""
    size_bytes = round(size * 1_000_000)
    return {"name": name, "kind": "folder", "size_bytes": size_bytes, "children": children}
