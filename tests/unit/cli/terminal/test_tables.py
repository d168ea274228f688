"""Tables in columns, and in another shape where a terminal is too narrow."""

from __future__ import annotations

import pytest

from sam_deploy.cli.terminal.tables import table

ROWS = (("prod-2", "rolled back to prod-1", "eu-west-1, us-east-1"), ("prod-1", "found", "none"))


def test_a_table_fits_its_terminal_between_words() -> None:
    """The widest column gives way first; a row goes on below itself."""
    assert [
        "release  what            regions",
        "-------  --------------  ---------------",
        "prod-2   rolled back to  eu-west-1,",
        "         prod-1          us-east-1",
        "prod-1   found           none",
    ] == table(("release", "what", "regions"), ROWS, 40).split("\n")


@pytest.mark.parametrize("columns", [0, 52])
def test_a_table_is_a_line_a_row_where_there_is_room_or_no_terminal(columns: int) -> None:
    """`grep` and `awk` read it."""
    assert [
        "release  what                   regions",
        "-------  ---------------------  --------------------",
        "prod-2   rolled back to prod-1  eu-west-1, us-east-1",
        "prod-1   found                  none",
    ] == table(("release", "what", "regions"), ROWS, columns).split("\n")


def test_what_is_copied_from_a_table_is_never_broken() -> None:
    """Ids, addresses and hashes stand below their row then, and may be wider than the terminal."""
    address = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/prod"
    assert [
        "output  value",
        "------  -----",
        "Url",
        f"  {address}",
    ] == table(("output", "value"), [("Url", address)], 40).split("\n")


def test_the_last_cell_stays_in_its_row_where_it_fits() -> None:
    """Most outputs are short; an address is below the name of its output."""
    address = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/prod"
    assert [
        "output   value",
        "-------  --------",
        "Url",
        f"  {address}",
        "ApiId    d8b77c8c",
        "Deleted",
    ] == table(
        ("output", "value"), [("Url", address), ("ApiId", "d8b77c8c"), ("Deleted", "")], 60
    ).split("\n")


def test_the_widest_columns_go_below_their_row_when_cells_would_be_torn() -> None:
    """A history is read at 80 columns: words of a column below each other are no sentence."""
    header = ("release", "when (UTC)", "age", "what", "functions", "regions", "who", "commit", "")
    when = "2026-11-30 05:55"
    first = (
        *("prod-12", when, "3 minutes ago", "promoted from staging, without us-east-1"),
        *("Fulfilment, Orders, Payments and 12 more", "4 regions", "Deployer/ann@example.com"),
        *("2eb9a1a", "live"),
    )
    second = ("dev-1", when, "just now", "deployed", "Orders", "eu-west-1", "root", "-", "")
    assert [
        "release  when (UTC)        age            regions    commit",
        "-------  ----------------  -------------  ---------  -------  ----",
        "prod-12  2026-11-30 05:55  3 minutes ago  4 regions  2eb9a1a  live",
        "  what: promoted from staging, without us-east-1",
        "  functions: Fulfilment, Orders, Payments and 12 more",
        "  who: Deployer/ann@example.com",
        "dev-1    2026-11-30 05:55  just now       eu-west-1  -",
        "  what: deployed  functions: Orders  who: root",
    ] == table(header, (first, second), 80).split("\n")


def test_what_goes_on_below_a_row_is_further_in() -> None:
    """So that the next column is seen to begin; a word that is too long has a line alone."""
    used = "Api:$LATEST, Api:dev (1), Api:prod (1), Api:staging (1) and 13 more"
    address = "https://a1b2c3.execute-api.eu-west-1.aws"
    assert [
        "layer  size    created",
        "-----  ------  ----------------",
        "deps   2.1 MB  2026-11-30 06:17",
        "  used by: Api:$LATEST, Api:dev (1),",
        "    Api:prod (1), Api:staging (1) and 13",
        "    more",
        "  address:",
        address,
    ] == table(
        ("layer", "size", "created", "used by", "address"),
        [("deps", "2.1 MB", "2026-11-30 06:17", used, address)],
        40,
    ).split("\n")
