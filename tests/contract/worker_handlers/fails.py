"""A module that fails while it is imported."""

print("about to fail")  # noqa: T201
raise RuntimeError("no configuration")
