"""How far a command is, as the page is told. Counted as on the command's own terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sam_deploy import runs
from sam_deploy.progress import Lane, Tally
from sam_deploy.runs import Past
from sam_deploy.ui.ports import Json


@dataclass(slots=True)
class Counted:
    """The run of a log: fed with its lines from the first one on, by the time that they tell.

    Between its lines time goes on: who asks in the midst of it says what the time is.
    """

    folder: Path
    _at: float = 0.0
    is_open: bool = False
    """Begun, and not ended by its log; its process may have died."""
    _ended_well: bool = False
    _tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        self._tally = self._new(Past())

    def _new(self, past: Past) -> Tally:
        return Tally(past, lambda: self._at)

    def add(self, line: Json) -> None:
        """Take a line of the log into account."""
        time = line.get("time")
        self._at = float(time) if isinstance(time, int | float) else self._at
        if line.get("type") == "RunStarted":
            self._tally = self._new(
                runs.past(self.folder, str(line.get("command")), line.get("target"))
            )
            self.is_open = True
        if line.get("type") == "RunEnded":
            self.is_open, self._ended_well = False, line.get("exit_code") == 0
        event = runs.event_of(line)
        if event is not None:
            self._tally.add(event)

    def object(self, now: float | None = None) -> Json:
        """Return percentage and seconds left, null where they are not known.

        `now` (Unix seconds) counts for a run that is under way, else the time of its last line. No
        time is left where its end was expected earlier.
        """
        if self._ended_well:
            return {"percent": 100, "seconds_left": None}
        if not self._tally.can_tell:
            return {"percent": None, "seconds_left": None}
        left, told = self._tally.seconds_left, self._at
        if now is not None and self.is_open and now > told:
            left = None if left is None or left <= now - told else left - (now - told)
            self._at = now
        percent, self._at = self._tally.percent, told
        return {"percent": percent, "seconds_left": left if left is None else round(left, 1)}


def of_job(tally: Tally, *, done: bool) -> Json:
    """Return how far a job is: in all, in words, and in each region."""
    return {
        "percent": 100 if done else tally.percent,
        "text": _words(tally),
        "lanes": [_lane(each) for each in tally.lanes.values()],
    }


def _words(tally: Tally) -> str:
    step = tally.canary
    if step is None:
        return tally.waiting or tally.phase
    words = f"step {step.step} of {step.steps}: {step.weight:.0%} of the calls"
    return f"{words}; {step.seen}" if step.seen else words


def _lane(lane: Lane) -> Json:
    text = lane.outcome or lane.latest or lane.step
    return {"region": lane.region, "step": lane.index, "of": lane.total, "text": text}
