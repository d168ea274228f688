from __future__ import annotations

from collections.abc import Callable

from sam_deploy import App
from sam_deploy.config.remembered import APPS, remembered


def test_each_app_is_looked_at_once(make_app: Callable[..., App]) -> None:
    """By identity: an equal app is another one."""
    seen: list[App] = []

    @remembered
    def name_of(app: App) -> str:
        seen.append(app)
        return app.name

    first, second = make_app(), make_app()
    assert ["shop", "shop", "shop"] == [name_of(first), name_of(first), name_of(second)]
    assert [id(first), id(second)] == [id(each) for each in seen]


def test_only_a_few_apps_are_kept(make_app: Callable[..., App]) -> None:
    """A test run makes thousands of them."""
    seen: list[App] = []
    look = remembered(seen.append)
    apps = [make_app() for _ in range(APPS + 1)]
    for app in [*apps, apps[0]]:
        look(app)
    assert APPS + 2 == len(seen)
