"""What is live, and what was begun and not finished, read beside the menu while it is open.

The menu waits for it for a moment only: where nothing answers it is as usable. Writes nothing.
"""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from sam_deploy.cli.menu.surroundings import Surroundings
    from sam_deploy.cli.options import Globals
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config import App
    from sam_deploy.history import Releases


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Something that was begun: what it is, and the command that goes on with it."""

    command: str
    """As it was typed: promote prod."""
    said: str
    arguments: tuple[str, ...]
    abortable: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """What an app's records say."""

    serves: Mapping[str, str] = field(default_factory=dict)
    """Environment -> its newest release, in words."""
    earlier: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Environment -> (id, words) of the releases before that, the newest first."""
    unfinished: tuple[Unfinished, ...] = ()
    note: str = ""
    """Why there is nothing to tell."""


class Looking:
    """Reads the records in a thread of its own. `live` is empty until that has ended."""

    def __init__(self, chosen: Globals, here: Surroundings) -> None:
        self.live = Live(note="what is live is being read" if here.app else "")
        self._ended = threading.Event()
        if here.app is None or here.mistakes:
            self._ended.set()
            return
        self._thread = threading.Thread(
            target=self._run, args=(chosen, here.app), name="menu-records", daemon=True
        )
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether all is known that will be."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> Live:
        """Return what is known, after so many seconds at most."""
        self._ended.wait(seconds)
        return self.live

    def _run(self, chosen: Globals, app: App) -> None:
        try:
            self.live = read(chosen, app)
        except SamDeployError as error:
            self.live = Live(note=f"what is live is not known: {error}")
        except Exception as error:  # noqa: BLE001 - the menu is of use without it, and says so
            self.live = Live(note=f"what is live is not known: {error!r}")
        finally:
            self._ended.set()


def read(chosen: Globals, app: App) -> Live:
    """Return what the records say. Raises `SamDeployError` where they cannot be read."""
    from sam_deploy.cli import identity, wiring  # noqa: PLC0415 - boto3
    from sam_deploy.history import Releases  # noqa: PLC0415 - the same

    place = wiring.look(chosen, None, app.runtime)
    if place is None:
        return Live(note="nothing is deployed: the cloud on this laptop does not run")
    records = identity.records(identity.Identity(app.name, app.home_region, app.runtime), place)
    releases = Releases(records, app.name)
    serves, earlier = {}, {}
    for each in app.environments:
        newest, *before = _worded(releases, each.name) or [("", "")]
        if newest[0]:
            serves[each.name] = f"{newest[0]}, {newest[1]}"
            earlier[each.name] = tuple(before)
    note = "" if serves else "no release is on record here yet"
    return Live(serves, earlier, _unfinished(app, place), note)


MOST_RELEASES = 9
"""As many as have a digit of their own."""


def _worded(releases: Releases, environment: str) -> list[tuple[str, str]]:
    from sam_deploy.cli.history import words  # noqa: PLC0415 - not while main is imported

    now = time.time()
    return [
        (each.id, f"{words.act(each)} {words.age(each.made, now)} by {words.person(each.who)}")
        for each in releases.newest_first(environment, MOST_RELEASES + 1)
    ]


def _unfinished(app: App, place: Place) -> tuple[Unfinished, ...]:
    from sam_deploy.cli import identity  # noqa: PLC0415 - boto3
    from sam_deploy.deploy import journal, promotions  # noqa: PLC0415 - the same
    from sam_deploy.deploy.way_on import way_on  # noqa: PLC0415 - the same

    records = identity.records(identity.Identity(app.name, app.home_region, app.runtime), place)
    promotion = promotions.read(records, app.name)
    entry = journal.read(records, app.name).entry
    found = []
    if promotion.is_open:
        said = f"{promotions.began(promotion)}: {promotions.progress(promotion)}"
        found.append(Unfinished(promotion.command, said, ("resume",), abortable=True))
    if entry.is_open:
        # the stacks of a promotion that has ended otherwise: only it goes on with them
        its = entry.kind == "promote"
        way = tuple(shlex.split(entry.command)) if its else way_on(entry)
        found.append(Unfinished(entry.command, promotions.began(entry), way))
    return tuple(found)
