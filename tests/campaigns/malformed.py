"""Malformed configurations: each has an answer, exit 2, that names what is wrong and where.

Right ones are made wrong at random, as declarations (`mistakes.py`) and as text (`spoilt.py`).
What loads nevertheless is planned, rendered and checked: it must be as good as the original.
"""

from __future__ import annotations

import gc
import hashlib
import random
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from tests.campaigns import mistakes, spoilt
from tests.campaigns.mistakes import Mutant
from tests.campaigns.outcome import Outcome, Tell
from tests.campaigns.project import REPOSITORY, dice
from tests.campaigns.written import Call, isolated, tree_of

from sam_deploy import config, plan, template
from sam_deploy.config.model import App
from sam_deploy.errors import ConfigError
from sam_deploy.template.checks.audit import RULES

NAME: Final = "malformed"
CLAIM: Final = (
    "a configuration with a mistake ends in exit 2, never in a traceback, and its field or line is "
    "named; what loads in spite of it renders, and no check finds fault with the template"
)
EVERYTHING: Final = REPOSITORY / "tests" / "campaigns" / "everything"
GOLDEN: Final = REPOSITORY / "tests" / "golden"
EXAMPLES: Final = REPOSITORY / "examples"
SPOILT: Final = 0.2
"""The part that is spoilt as text."""
LINTED: Final = 0.08
"""The part of what loads that is held to AWS's rules, which take a second each."""
PROCESSES: Final = 0.01
"""The part that is tried as a process of its own, too."""
PROCESS_SECONDS: Final = 120
LONGEST: Final = 300
AUDITED: Final = frozenset(each.id for each in RULES)
A_LINE: Final = re.compile(r"\bline \d+|deploy\.py:\d+")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seed:
    """A right configuration: its text, and its app in each topology."""

    name: str
    text: str = field(repr=False)
    trees: tuple[Call, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a configuration came to. `wrong` says what did not hold; '' when all did."""

    kind: str
    """refused, by `load` or by what comes after it; loaded; broken."""
    seconds: float
    """Of `load`, or of all that came before a refusal."""
    wrong: str = ""
    error: ConfigError | None = None


@dataclass(slots=True)
class Tally:
    """What is counted on the way."""

    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    processes: list[float] = field(default_factory=list)
    named: int = 0
    linted: int = 0
    wrong: list[str] = field(default_factory=list)


def seeds() -> list[Seed]:
    """Return every right configuration of the repository."""
    files = [EVERYTHING / "deploy.py", *sorted(EXAMPLES.glob("*/deploy.py"))]
    golden = [
        each for each in sorted(GOLDEN.glob("*/config.py")) if each.parent.name[:6] != "error_"
    ]
    found = []
    for file in [*files, *golden]:
        text = file.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="campaign-") as name:
            app = load_text(text, Path(name))
        trees = [tree_of(app)]
        if app.topology == "shared":
            trees.append(isolated(app))
        found.append(Seed(file.parent.name, text, tuple(trees)))
    return found


def load_text(text: str | bytes, folder: Path) -> App:
    """Load a file of this text."""
    made = text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogatepass")
    (folder / "deploy.py").write_bytes(made)
    return config.load(folder)


def run(count: int, tell: Tell, *, seed: int = 0) -> Outcome:
    """Try `count` configurations, one after the other, in this process."""
    started = time.monotonic()
    rng, tally, every = dice(seed), Tally(), seeds()
    every += [every[0]] * (len(every) // 2)  # has everything, so it is taken more often
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        folder = Path(name)
        first = in_a_process(mistakes.mutated(every[0].trees[0], rng).text, folder)
        tally.processes.append(first[0])
        for number in range(count):
            lint = rng.random() < LINTED
            one(rng.choice(every), rng, folder, tally, lint=lint)
            if number % 500 == 0:
                tell(f"{number} of {count}: {dict(tally.kinds)}, {len(tally.wrong)} wrong")
    grouped = Counter(tally.wrong)
    failures = tuple(f"{text} ({many} times)" for text, many in grouped.most_common())
    return Outcome(NAME, CLAIM, count, failures, time.monotonic() - started, figures(tally))


def one(seed: Seed, rng: random.Random, folder: Path, tally: Tally, *, lint: bool) -> None:
    """Try one configuration, and count what came of it."""
    if rng.random() < SPOILT:
        way = rng.choice(list(spoilt.SPOILS))
        text, mutant = spoilt.SPOILS[way](seed.text, rng), None
    else:
        mutant = mistakes.mutated(rng.choice(seed.trees), rng)
        way, text = mutant.way, mutant.text
    answer = judged(text, folder, lint=lint)
    tally.kinds[answer.kind] += 1
    tally.seconds.append(answer.seconds)
    tally.linted += lint and answer.kind == "loaded"
    wrong, named = answer.wrong, True
    if answer.error and not wrong:
        named = names_it(answer.error, mutant)
        tally.named += named
        wrong = "" if named else f"names neither field nor line: {said(answer.error)}"
    if answer.error and rng.random() < PROCESSES * 2:
        seconds, complaint = in_a_process(text, folder)
        tally.processes.append(seconds)
        wrong = wrong or complaint
    if wrong:
        where = " and ".join(mutant.where) if mutant else seed.name
        tally.wrong.append(f"{way} of {where}: {wrong[:LONGEST]}")


def judged(text: str | bytes, folder: Path, *, lint: bool = False) -> Answer:
    """Load, plan, render and check a configuration."""
    started = time.perf_counter()
    try:
        with _AsItWas():
            app = load_text(text, folder)
    except ConfigError as error:
        return Answer("refused", time.perf_counter() - started, "", error)
    except BaseException as error:  # noqa: BLE001 - it would have been a traceback
        return Answer("broken", time.perf_counter() - started, f"load: {_place_of(error)}")
    seconds = time.perf_counter() - started
    try:
        wrong = "; ".join(dict.fromkeys(_blamed(app, folder, lint=lint)))
    except ConfigError as error:
        return Answer("refused later", seconds, "", error)
    except Exception as error:  # noqa: BLE001 - it would have been a traceback
        return Answer("broken", seconds, f"after loading: {_place_of(error)}")
    return Answer("loaded", seconds, wrong)


def _blamed(app: App, folder: Path, *, lint: bool) -> Iterator[str]:
    """Yield what the checks find in what a right configuration is rendered to."""
    planned = plan.make(app, folder, plan.Request())
    keys = {f"function/{each.name}": _key(each.name) for each in app.functions}
    waivers = template.waivers_of(app)
    for stack in planned.stacks:
        rendered = template.render(app, stack, keys)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = template.find(rendered, stack.regions[:1], waivers=waivers, with_lint=lint)
        if lint:
            gc.collect()
            gc.freeze()  # cfn-lint leaves much behind, which the next times would have to pay for
        for each in found:
            # the audit's are ours: AWS would take them
            if each.blocks and each.rule not in AUDITED and not _is_raw(app, str(each)):
                yield f"{each.rule}: {each}"


def _is_raw(app: App, finding: str) -> bool:
    """Whether the user wrote the CloudFormation that is found fault with."""
    outputs = {name for each in (app, *app.feature_sets) for name in each.outputs}
    return "resources[" in finding or any(f"Outputs.{name}." in finding for name in outputs)


def _key(name: str) -> str:
    return f"{hashlib.sha256(name.encode()).hexdigest()}.zip"


def names_it(error: ConfigError, mutant: Mutant | None) -> bool:
    """Whether an error gives the field that was changed, or the line of a text that was spoilt."""
    told = said(error)
    if mutant is None:
        # the compiler gives up on the file as a whole, and a file without an app has no line
        whole = (
            "defines no `App`",
            " apps",
            "during compilation",
            "MemoryError",
            "encoding problem",
        )
        return bool(A_LINE.search(told)) or any(each in told for each in whole)
    names_field = any(each in told or repr(each)[1:-1] in told for each in mutant.touched)
    return bool(A_LINE.search(told)) and names_field


def said(error: ConfigError) -> str:
    """Return all that an error tells its reader."""
    return "\n".join((error.what, error.why, *error.problems))


class _AsItWas:
    """Gives back what a user's file may take away: modules, search path, recursion limit."""

    def __enter__(self) -> None:
        self.path, self.modules = list(sys.path), dict(sys.modules)

    def __exit__(self, *_: object) -> None:
        sys.path[:] = self.path
        sys.modules.update(self.modules)


def _place_of(error: BaseException) -> str:
    """Return an exception with the last line of ours that it went through."""
    frames, found = error.__traceback__, "?"
    while frames is not None:
        file = frames.tb_frame.f_code.co_filename
        if "/sam_deploy/" in file:
            found = f"{file.rpartition('/sam_deploy/')[2]}:{frames.tb_lineno}"
        frames = frames.tb_next
    text = _safely(lambda: f"{type(error).__name__}: {error}", type(error).__name__)
    return f"{found}: {text[:LONGEST]}"


def _safely(get: Callable[[], T], otherwise: T) -> T:
    try:
        return get()
    except Exception:  # noqa: BLE001 - hostile exceptions are the point
        return otherwise


def in_a_process(text: str | bytes, folder: Path) -> tuple[float, str]:
    """Return how long `sam-deploy template --count` took, and what it did wrong."""
    made = text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogatepass")
    (folder / "deploy.py").write_bytes(made)
    started = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "sam_deploy", "-C", str(folder), "template", "--count"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=PROCESS_SECONDS,
        check=False,
        cwd=folder,
    )
    seconds = time.perf_counter() - started
    # what only `plan` refuses, counting does not see
    if ended.returncode not in {0, 2} or b"Traceback (" in ended.stderr:
        last = ended.stderr.decode(errors="replace").strip().splitlines()[-3:]
        return seconds, f"a process ended with {ended.returncode}: {' '.join(last)}"
    return seconds, ""


def figures(tally: Tally) -> str:
    """Return what was counted, for the table."""
    refused = tally.kinds["refused"] + tally.kinds["refused later"]
    named = f"{100 * tally.named / max(1, refused):.2f} % named"
    ordered = sorted(tally.seconds) or [0.0]
    middle, late = (1000 * ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.99))
    processes = sorted(tally.processes)
    alone = 1000 * processes[len(processes) // 2]
    return (
        f"{refused:,} refused, {named}; {tally.kinds['loaded']:,} harmless, of which "
        f"{tally.linted:,} passed cfn-lint; load p50 {middle:.0f} ms, p99 {late:.0f} ms; "
        f"{len(processes)} as processes, p50 {alone:.0f} ms"
    )
