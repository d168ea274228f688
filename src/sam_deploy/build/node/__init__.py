"""Node functions: `bundle(unit, workshop) -> Artifact`, TypeScript or JavaScript as one file.

esbuild does the bundling; everything around it has the guarantees of Python archives: the same
bytes in every folder, nothing run while nothing changed, checked before it is uploaded. May touch
the project (reading), the store, and run `esbuild` and, once per version, `npm`.
"""

from sam_deploy.build.node.bundle import bundle

__all__ = ["bundle"]
