"""What is in an archive and why: who brought which bytes, how near it is to Lambda's limits.

    contents      the zip's directory, and the texts in it that explain the rest
    packages      its `*.dist-info` folders, read
    attribution   every file belongs to one package, or to the user, or to us
    chains        why a package is there: fastapi -> pydantic -> pydantic-core
    tree, picture the largest parts, as text and as a treemap
    limits, conflicts, difference, import_time    what follows from it

Only `contents`, `unpacked`, `runtime` and what is called `import_...` touch the disk or start
processes; archives are never changed.
"""

from sam_deploy.build.inspect.conflicts import Conflict, find_conflicts
from sam_deploy.build.inspect.contents import Subject, take_apart
from sam_deploy.build.inspect.difference import Changed, Difference, compare
from sam_deploy.build.inspect.import_time import ImportTime, Question, measure
from sam_deploy.build.inspect.limits import Usage, parse_size, problems, too_large, usage
from sam_deploy.build.inspect.model import Contents, Part
from sam_deploy.build.inspect.picture import draw
from sam_deploy.build.inspect.runtime import runtime_packages
from sam_deploy.build.inspect.survey import survey

__all__ = [
    "Changed",
    "Conflict",
    "Contents",
    "Difference",
    "ImportTime",
    "Part",
    "Question",
    "Subject",
    "Usage",
    "compare",
    "draw",
    "find_conflicts",
    "measure",
    "parse_size",
    "problems",
    "runtime_packages",
    "survey",
    "take_apart",
    "too_large",
    "usage",
]
