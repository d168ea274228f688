"""Build every function and layer once: `run(units, project, store, report) -> Artifacts`.

A wheel is a zip of deflated files already, so an archive is assembled from wheels instead of
being installed and zipped (`archive.py`). The phase may touch the disk, run `uv` and talk to the
package index; it never talks to AWS.
"""

from sam_deploy.build.check import layers_of
from sam_deploy.build.engine import run
from sam_deploy.build.model import Artifact, Artifacts
from sam_deploy.build.outputs import clean
from sam_deploy.build.store import Store

__all__ = ["Artifact", "Artifacts", "Store", "clean", "layers_of", "run"]
