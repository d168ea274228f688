"""The second way to run a deployment: the SAM CLI itself, with the same template.

`SamCli.at(project, aws).deploy(...)` brings one stack to its template by `sam validate` and
`sam deploy`, and returns or raises what our own engine would. Archives are in the bucket already
and the template names them by parameters, so that the SAM CLI has nothing to package.

command       the command lines       environment   the variables of its process
find          is it there?            process       runs it, stops it
validate      the known bug           output        its tables, as events
settings      values of parameters    files         the temporary template
failure       what its end means      sam_cli       all of that, in order
by_sam_cli    what the deploy engine calls
"""

from sam_deploy.executor.by_sam_cli import by_sam_cli
from sam_deploy.executor.command import Program
from sam_deploy.executor.find import Computer, find
from sam_deploy.executor.sam_cli import SamCli

__all__ = ["Computer", "Program", "SamCli", "by_sam_cli", "find"]
