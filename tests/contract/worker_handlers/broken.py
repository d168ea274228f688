"""A module that lacks a dependency."""

import not_in_the_zip  # noqa: F401
