"""The function's `Handler` in the template: sam_deploy_runtime.shim.handler.

Importing it imports the user's handler, so that a mistake there shows while the function starts.
"""

import os

from sam_deploy_runtime.calls import bind, import_handler
from sam_deploy_runtime.manifest import load

handler = bind(import_handler(load().handler), load(), os.environ)
