"""What holds the docs to the truth is held itself: pages are read, compared and carried out."""

from __future__ import annotations

from pathlib import Path

import pytest

from handbook import output, page, session, tree

PAGE = """# A page

<!-- runs: in=fresh -->
<!-- run: mkdir shop -->

<!-- file: shop/a.txt -->
```text
one
two
```

<!-- patch: shop/a.txt -->
```diff
-two
+three
```

<!-- exit: 3 -->
```console
$ cat shop/a.txt
one
three
$ cd shop && export KEPT=7
$ echo "in ${PWD##*/}, $KEPT, \\
> on"; exit 3
in shop, 7, > on
```
"""


def read(tmp_path: Path, text: str) -> page.Page:
    file = tmp_path / "page.md"
    file.write_text(text, encoding="utf-8")
    return page.read(file)


def test_a_page_says_where_and_what_it_runs(tmp_path: Path) -> None:
    """Place, files, patches, exit code, and each command with what it prints."""
    told = read(tmp_path, PAGE)
    assert ("fresh", True) == (told.place, told.is_run)
    assert ["", "shop/a.txt", "", ""] == [each.file for each in told.blocks]
    assert ["", "", "shop/a.txt", ""] == [each.patch for each in told.blocks]
    assert [0, 0, 0, 3] == [each.exit_code for each in told.blocks]
    first, second, third = told.blocks[-1].commands
    assert ("cat shop/a.txt", ("one", "three"), 20, 21) == (
        first.text,
        first.printed,
        first.line,
        first.printed_at,
    )
    assert () == second.printed
    assert ("in shop, 7, > on",) == third.printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- runs: maybe -->", "1: runs: in=PLACE, or: no, REASON"),
        ("<!-- exit: 2 -->\n\nText.\n", "3: exit of no block"),
        ("<!-- exit: two -->\n```console\n$ ls\n```\n", "exit: two is no number"),
    ],
)
def test_a_comment_without_meaning_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """A comment that would do nothing is a mistake, with its line."""
    with pytest.raises(ValueError, match=message):
        read(tmp_path, text)


def test_a_page_is_carried_out_in_order(tmp_path: Path) -> None:
    """Files are written and patched; folder and variables of one command are those of the next."""
    told = read(tmp_path, PAGE)
    printed = []
    with session.Session(told.place) as shell:
        home = shell.home
        for block in told.blocks:
            if block.file or block.patch:
                shell.write(block)
            else:
                printed += [shell.run(each) for each in block.commands]
    assert [(), ("one", "three"), (), ("in shop, 7, > on",)] == [each.lines for each in printed]
    assert [0, 0, 0, 3] == [each.exit_code for each in printed]
    assert not home.exists()


def test_a_question_is_answered_at_a_terminal() -> None:
    """Answers are typed at prompts; a command among them runs before the next one."""
    asking = 'read -p "Go on? (yes/no) [no]: " a; read -p "Name (shop): " b; echo "$a $b"; cat seen'
    with session.Session("fresh") as shell:
        printed = shell.run(page.Command(1, asking), ("yes", "!echo was here > seen", "shop"))
    assert ("yes shop", "was here") == printed.lines[-2:]
    assert 0 == printed.exit_code


def test_an_answer_that_nobody_asks_for_is_a_difference() -> None:
    """A page cannot tell of a question that is gone."""
    with session.Session("fresh") as shell:
        printed = shell.run(page.Command(1, "echo done"), ("yes",))
    assert (("done", "nobody asked for: yes"), 64) == (printed.lines, printed.exit_code)


def test_the_folder_of_a_page_is_not_shown() -> None:
    """On every machine it is /home/me."""
    with session.Session("fresh") as shell:
        assert ("/home/me",) == shell.run(page.Command(1, "pwd -P")).lines


def test_a_patch_must_fit_once() -> None:
    """A diff whose lines are not there, or twice, is an error and changes nothing."""
    with pytest.raises(ValueError, match="there 2 times"):
        session.patched("a\na\n", ("-a", "+b"))
    with pytest.raises(ValueError, match="there 0 times"):
        session.patched("a\n", ("-b", "+c"))
    assert "a\nc\nd\n" == session.patched("a\nb\nd\n", (" a", "-b", "+c"))


@pytest.mark.parametrize(
    ("shown", "printed", "is_same"),
    [
        (["done in 2.1 s"], ["done in 13.45 s"], True),
        (["id 1a2b3c4d5e"], ["id 99ffee0011"], True),
        (["20261129T114500Z-deploy-1a2b.jsonl"], ["20261130T000000Z-deploy-ffff.jsonl"], True),
        (["at 7f3c09ab/x"], ["at 12345678/x"], True),
        (
            ["START 10651434-66a6-4eed-a362-41de4ce39fa0"],
            ["START a4e0f91c-00ff-4aaa-b001-000000000001"],
            True,
        ),
        (["dev  just now   x"], ["dev  2 minutes ago  x"], True),
        (["name   version"], ["name version"], True),
        (["a", "...", "z"], ["a", "b", "c", "z"], True),
        (["a", "...", "z"], ["a", "z"], True),
        (["...", "z"], ["a", "z", "b"], False),
        (["a", "..."], ["b", "a"], False),
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        (["next: ... now"], ["next: do it now"], True),
        (["1 deployed"], ["1 refused"], False),
        (["...", "m", "..."], ["a", "m", "z"], True),
        ([], [], True),
    ],
)
def test_what_is_printed_is_compared_without_figures(
    shown: list[str],
    printed: list[str],
    *,
    is_same: bool,
) -> None:
    """Words count; figures, ids, widths and what `...` stands for do not."""
    assert is_same == (output.places(shown, printed) is not None)


def test_an_update_keeps_what_the_author_chose() -> None:
    """Lines that fit get today's figures; what does not fit is printed anew, shortened."""
    printed = ["a 1", "b 2", "c 3", "took 9 s"]
    assert ["a 1", "...", "took 9 s"] == output.updated(["a 7", "...", "took 1 s"], printed)
    assert printed == output.updated(["x"], printed)
    many = [f"line {number}" for number in range(40)]
    updated = output.updated([output.FILL], many)
    assert [*many[:3], "...", *many[-9:]] == updated


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("sam-deploy deploy core --target aws", ""),
        ("sam-deploy -C examples/dzgro status | less", ""),
        ("vault read key | sam-deploy settings set API_KEY - --environment prod", ""),
        ('curl "$(sam-deploy cloud url --environment dev)/x"', ""),
        ("AWS_PROFILE=x uv run sam-deploy doctor  # and more", ""),
        ("echo sam-deploy nonsense", ""),
        ("sam-deploy deploi", "no command `deploi`"),
        ("ls && sam-deploy deploy --taget aws", "No such option"),
        ("sam-deploy deploy --target azure", "--target has no `azure`"),
        ("sam-deploy promote prod staging", "takes no `staging`"),
        ('x "$(sam-deploy cloud address)"', "no command `address`"),
        ("sam-deploy promote prod --canary", "requires an argument"),
        ("sam-deploy logs 'open", "No closing quotation"),
    ],
)
def test_a_command_is_held_to_the_command_line(line: str, wrong: str) -> None:
    """Commands, options, choices and arguments that are not there are named."""
    found = tree.problem(line) or ""
    assert (wrong in found) if wrong else not found, found


def test_commands_are_found_wherever_they_stand() -> None:
    """In lists beside what they do, over two lines, and within sentences."""
    listed = ["sam-deploy status            who serves what", "sam-deploy logs \\", "  --since 1h"]
    assert [(0, "sam-deploy status"), (1, "sam-deploy logs --since 1h")] == [
        (at, " ".join(text.split())) for at, text in tree.shell_lines("text", listed)
    ]
    prose = "Text.\n\n```\n`sam-deploy a`\n```\n\nType `sam-deploy\nstatus` or `ls`."
    assert [(7, "sam-deploy status ...")] == [*tree.in_prose(prose)]
    assert tree.problem_in_prose("sam-deploy promote ...") is None
    assert tree.problem_in_prose("sam-deploy nothing ...") is not None


def test_ids_that_aws_makes_up_are_not_compared() -> None:
    """Those of Cognito's pools and clients; the region before the first still counts."""
    shown = "PeopleDevClientId 2em5CHbdzYh5be7BoIc69i5XxO eu-west-1_cwiRwCBDP"
    printed = "PeopleDevClientId MNXBVIzrRHNMNkrPx3anUjFMmb eu-west-1_Tpd9vvXaC"
    assert output.fits(shown, printed)
    assert not output.fits(shown, printed.replace("eu-west-1", "us-east-1"))
