from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.config import App, load
from sam_deploy.errors import ConfigError

WriteProject = Callable[[str], Path]

APP = """
app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
)
"""

ROUTE = "it has method, path, api, public, scopes, throttle"


def refused(project: Path) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        load(project)
    return raised.value


def test_the_app_of_a_project_is_loaded(write_project: WriteProject) -> None:
    """One file, one `App`, whatever its variable is called."""
    app = load(write_project(APP.replace("app =", "anything =")))
    assert isinstance(app, App)
    assert "shop" == app.name


def test_a_folder_without_a_file_is_no_project(tmp_path: Path) -> None:
    """The error names the folder, and how to get a project."""
    error = refused(tmp_path)
    assert f"There is no `deploy.py` in `{tmp_path}`" == error.what
    assert "-C FOLDER" in error.hint
    assert "sam-deploy demo" in error.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "`deploy.py` defines no `App`"),
        ("app = App", "`deploy.py` defines no `App`"),
        ("apps = [App('a')]", "`deploy.py` defines no `App`"),
        ("one = App('a')\ntwo = App('b')", "`deploy.py` defines 2 apps"),
    ],
)
def test_a_file_defines_exactly_one_app(write_project: WriteProject, text: str, what: str) -> None:
    """Which of two to deploy is never guessed."""
    assert what == refused(write_project(text)).what


def test_two_names_for_one_app_are_one_app(write_project: WriteProject) -> None:
    """`application = app` does no harm."""
    assert "shop" == load(write_project(APP + "same = app\n")).name


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        ('x = App(\n    name="x"\n    tags={})\n', 3, '        name="x"\n             ^'),
        ("x = = 1\n", 2, "    x = = 1\n        ^"),
        ("if True:\n\tx = = 1\n", 3, "     x = = 1\n         ^"),
        ("x = (1,\n", 2, "    x = (1,\n        ^"),
    ],
)
def test_a_syntax_error_shows_the_users_line_and_a_pointer(
    write_project: WriteProject, text: str, line: int, shown: str
) -> None:
    """Not a traceback; a tab counts as one character, so that the pointer stands right."""
    error = refused(write_project(text))
    assert f"`deploy.py` line {line} is not valid Python" == error.what
    assert error.why.endswith(f"\n\n{shown}")
    assert f"correct line {line} and run the command again" == error.hint


@pytest.mark.parametrize("content", [b"y = 2\nx = 1\0\n", b"y = 2\nx = '\xff'\n"])
def test_a_file_that_is_no_text_is_a_syntax_error_on_its_line(
    tmp_path: Path, content: bytes
) -> None:
    """A byte that no text has is refused by Python before it counts lines."""
    (tmp_path / "deploy.py").write_bytes(content)
    error = refused(tmp_path)
    assert "`deploy.py` line 2 is not valid Python" == error.what
    assert "correct line 2 and run the command again" == error.hint


def test_an_exception_names_the_users_line(write_project: WriteProject) -> None:
    """The deepest line of the project, whatever it called."""
    error = refused(write_project("def port():\n    return int('high')\nx = port()\n"))
    assert "`deploy.py` line 3 raised ValueError" == error.what
    assert error.why.endswith("'high'\n\n    return int('high')")


def test_an_exception_in_an_imported_neighbour_names_the_neighbour(
    write_project: WriteProject,
) -> None:
    """A project may be several files."""
    project = write_project("import neighbour_that_fails\n")
    (project / "neighbour_that_fails.py").write_text("x = 1 / 0\n", encoding="utf-8")
    assert "`neighbour_that_fails.py` line 1 raised ZeroDivisionError" == refused(project).what


@pytest.mark.parametrize("folder", [".venv/lib/site-packages", "env/site-packages"])
def test_an_exception_in_an_installed_library_names_the_users_own_line(
    write_project: WriteProject, folder: str
) -> None:
    """Environments often live below the project; what is installed there is not the user's."""
    project = write_project(
        f"import sys\nsys.path.insert(0, {folder!r})\nimport library_that_fails\n"
    )
    installed = project / folder
    installed.mkdir(parents=True)
    (installed / "library_that_fails.py").write_text("x = 1 / 0\n", encoding="utf-8")
    text = (project / "deploy.py").read_text(encoding="utf-8")
    (project / "deploy.py").write_text(text.replace(repr(folder), repr(str(installed))))
    try:
        error = refused(project)
    finally:
        sys.path.remove(str(installed))
    assert "`deploy.py` line 4 raised ZeroDivisionError" == error.what


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("from sam_deploy import Functoin\n", "did you mean `Function`?"),
        ("from sam_deploy import on_upload_to\n", "did you mean `on_upload`?"),
        ("from sam_deploy import zzz\n", "correct it and run the command again"),
    ],
)
def test_a_wrong_import_from_us_names_the_nearest(
    write_project: WriteProject, text: str, hint: str
) -> None:
    """What can be imported is known."""
    error = refused(write_project(text))
    assert "`deploy.py` line 2 raised ImportError" == error.what
    assert hint == error.hint


@pytest.mark.parametrize("text", ["import sys\nsys.exit(3)\n", "x = 1\nraise SystemExit('bye')\n"])
def test_a_file_that_ends_the_process_is_a_mistake(write_project: WriteProject, text: str) -> None:
    """Otherwise sam-deploy would end there, silently and with any exit code."""
    assert "`deploy.py` line 3 raised SystemExit" == refused(write_project(text)).what


def test_an_interruption_stays_one(write_project: WriteProject) -> None:
    """Ctrl-C while `deploy.py` runs ends the command."""
    with pytest.raises(KeyboardInterrupt):
        load(write_project("raise KeyboardInterrupt\n"))


def test_the_project_may_import_its_neighbours(write_project: WriteProject) -> None:
    """And neither the import path nor the folder keeps anything of it."""
    project = write_project("from neighbour_of_regions import REGIONS\n" + APP)
    (project / "neighbour_of_regions.py").write_text("REGIONS = []\n", encoding="utf-8")
    before = list(sys.path)
    load(project)
    assert before == sys.path
    assert ["deploy.py", "neighbour_of_regions.py"] == sorted(e.name for e in project.iterdir())


@pytest.mark.parametrize("written", ["US-WEST-2", "us_west_2", "us-west2"])
def test_a_region_in_another_spelling_is_one_mistake(
    write_project: WriteProject, written: str
) -> None:
    """With the region that is meant; and what follows from it is no mistake of its own."""
    text = APP.replace('home_region="eu-west-1"', 'home_region="us-west-2"')
    error = refused(write_project(text.replace('regions=["eu-west-1"]', f"regions=[{written!r}]")))
    (told,) = error.problems
    assert told.endswith(
        f"regions[0]: {written!r} is not of the form: an AWS region such as eu-west-1; "
        "did you mean 'us-west-2'?"
    )


def test_all_mistakes_come_in_the_order_of_the_file(write_project: WriteProject) -> None:
    """By line, then path, then message: the same in every run."""
    text = """
route = Route("GET", "/", sizes=1, colour="red")
app = App(
    name="Shop",
    tags=[],
    functions=[Function("Api", memory=1, routes=[route])],
)
"""
    error = refused(write_project(text))
    place = 'functions["Api"].routes[0]'
    expected = (
        f"deploy.py:3: {place}: `Route` has no argument `colour`; {ROUTE}",
        f"deploy.py:3: {place}: `Route` has no argument `sizes`; {ROUTE}",
        "deploy.py:4: App: `environments` is missing",
        "deploy.py:4: App: `feature_sets` is missing",
        "deploy.py:4: App: `home_region` is missing",
        "deploy.py:4: name: 'Shop' is not of the form: 2-32 of a-z, 0-9 and -, a letter first",
        "deploy.py:4: tags: must be a mapping, not a list",
        (
            'deploy.py:7: functions["Api"]: `Function` has no argument `memory`; '
            "did you mean `memory_mb`?"
        ),
        'deploy.py:7: functions["Api"]: `source` is missing',
        'deploy.py:7: functions["Api"]: has routes, but the app has no `http_api`',
    )
    assert "`deploy.py` has 10 mistakes" == error.what
    assert expected == error.problems
    assert error.hint.endswith("nothing was changed")


def test_one_mistake_is_one_mistake(write_project: WriteProject) -> None:
    """The count agrees with its noun, and the same mistake is told once."""
    error = refused(write_project(APP.replace('"shop"', '"Shop"')))
    assert "`deploy.py` has 1 mistake" == error.what
    assert 1 == len(error.problems)
