"""Build every function and layer once: `run(units, project, store, report) -> Artifacts`.

A wheel is a zip of deflated files already, so an archive is assembled from wheels instead of
being installed and zipped (`archive.py`). The phase may touch the disk, run `uv` and talk to the
package index; it never talks to AWS.

Where things are, in the order in which a build meets them:

    engine, unit, workshop, once     the run, one unit of it, what they share
    application, walk, index         the user's files: patterns, folder, content hashes
    sources, requirements, projects* what is required, and where that is written
    question, resolve, stand_in, uv  exact versions for the target, by uv
    lock, locked, locked_wheels      what was chosen, and wheels for it
    wheels, fetch, download,         the fitting wheel, fetched once
      credentials, pip_settings
    package, container/              wheels built from source
    fingerprint, store, disk, prune  same inputs, same archive; kept by content
    assembly, archive, wheel_zip     the splice
    bytecode, interpreters, slim,    what goes in besides, and what is left out
      managed, on_target/
    check, syntax, outputs, model    limits, code that cannot be read, names in the project, values
    node/, inspect/, host            Node functions; what is in an archive; this computer
"""

from sam_deploy.build.engine import run
from sam_deploy.build.model import Artifact, Artifacts
from sam_deploy.build.outputs import clean
from sam_deploy.build.store import Store

__all__ = ["Artifact", "Artifacts", "Store", "clean", "run"]
