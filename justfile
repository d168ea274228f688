# `just` runs what a change has to pass; CI runs the same commands (.ci/run)
default: format lint types contract test

format:
    uv run ruff format

lint:
    uv run ruff check

types:
    uv run mypy

contract:
    uv run lint-imports

test *arguments:
    uv run pytest {{arguments}}

# rewrite the golden files, then review the diff
golden:
    UPDATE_GOLDEN=1 uv run pytest -q tests/golden tests/screens

# take the newest dependencies that fit, pinned exactly
pin:
    uv run scripts/pin.py

# make the pictures of the README from a real run
pictures:
    uv run scripts/pictures.py

# show the docs as a site, as you write them
site:
    NO_MKDOCS_2_WARNING=1 uv run mkdocs serve

# carry the commands of a page out, and compare what they print
page *pages:
    uv run scripts/docs.py --run {{pages}}
