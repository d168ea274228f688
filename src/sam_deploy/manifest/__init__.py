"""All that is left to decide nothing about: what goes to AWS, as one value.

A manifest is made once, from the sources; then provide, deploy and release need nothing else. So
it can be written down and carried out later or elsewhere: by `resume` on another machine, from a
reviewed plan (`deploy --plan`), from archives of another job (`deploy --artifacts`).
"""

from sam_deploy.manifest.folder import only, read_folder, write_folder
from sam_deploy.manifest.make import of_app, of_template
from sam_deploy.manifest.model import Codes, FunctionWork, Manifest, Outside, Provenance
from sam_deploy.manifest.written import read, write

__all__ = [
    "Codes",
    "FunctionWork",
    "Manifest",
    "Outside",
    "Provenance",
    "of_app",
    "of_template",
    "only",
    "read",
    "read_folder",
    "write",
    "write_folder",
]
