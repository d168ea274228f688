"""Shows a function its layers as /opt and its code as read-only, then becomes its program.

    python -S -s opt.py OPT PROGRAM ARGUMENT...

OPT is the folder of the layers, '' without any. Linux lets any user do that in a namespace of his
own, where it is not forbidden (some distributions and containers do, macOS has no such thing, and
/opt must exist). There the layers stay where they are, and only the search paths lead to them; and
code can be written to: modes that forbid it would go along when a function copies its files to
/tmp, to change them there. Files keep their modes, and who is outside sees nothing of it.
Run by path, never imported; every worker waits for it, so it imports little.
Source: unshare(2), mount(2), user_namespaces(7).
"""

from __future__ import annotations

import ctypes
import os
import sys

_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_PRIVATE, _RECURSIVE, _BIND, _REMOUNT, _READ_ONLY = 1 << 18, 1 << 14, 1 << 12, 1 << 5, 1
_KEPT = 0b1110
"""No set-user-id, no devices, no programs: what a user may not take off. The same in statvfs(3)."""


def _ids() -> tuple[int, int]:
    ids = (0, 0)
    if sys.platform != "win32":
        ids = (os.getuid(), os.getgid())
    return ids


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _write(file: str, text: str) -> None:
    with open(file, "w", encoding="ascii") as opened:  # noqa: PTH123 - pathlib is slow
        opened.write(text)


def separate(libc: ctypes.CDLL) -> None:
    """What is mounted from now on is so for this process alone. Raises OSError."""
    user, group = _ids()
    _check(libc.unshare(_NEW_USER | _NEW_MOUNTS))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _check(libc.mount(None, b"/", None, _PRIVATE | _RECURSIVE, None))


def may_separate(libc: ctypes.CDLL) -> bool:
    """Whether `separate` would succeed, tried by a child.

    Where AppArmor lets a user make a namespace and nothing in it, what has tried is nobody (65534)
    from then on.
    """
    ended = 1
    if sys.platform != "win32":
        child = os.fork()
        if child == 0:
            try:
                separate(libc)
            except BaseException:  # noqa: BLE001 - nothing of the parent's may run in here
                os._exit(1)
            os._exit(0)
        ended = os.waitpid(child, 0)[1]
    return ended == 0


def mount_read_only(libc: ctypes.CDLL, folder: str, place: str) -> int:
    """The folder is at this place, and cannot be written to where that is allowed.

    What is returned leads to it as it was, for the compiled files that Python keeps. Raises
    OSError.
    """
    as_it_was = -1
    if sys.platform == "linux":
        as_it_was = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        os.set_inheritable(as_it_was, True)
        kept = os.statvfs(folder).f_flag & _KEPT
        _check(libc.mount(folder.encode(), place.encode(), None, _BIND | _RECURSIVE, None))
        libc.mount(None, place.encode(), None, _REMOUNT | _BIND | _READ_ONLY | kept, None)
    return as_it_was


def shown(environment: dict[str, str], opt: str) -> dict[str, str]:
    """The variables for where everything is now. Raises OSError where a folder has no place."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not may_separate(libc):
        return environment
    separate(libc)
    code, home = environment["LAMBDA_TASK_ROOT"], environment["HOME"]
    writable = []
    if opt:
        writable.append(f"{mount_read_only(libc, opt, '/opt')}:/opt")
        environment = {name: text.replace(opt, "/opt") for name, text in environment.items()}
        environment.pop("SAM_DEPLOY_OPT", None)
    # What a worker may write to may lie in the user's own folder.
    if not f"{home}/".startswith(f"{code}/"):
        writable.append(f"{mount_read_only(libc, code, code)}:{code}")
        os.chdir(code)
    return {**environment, "SAM_DEPLOY_COMPILED": "\n".join(writable)}


def main() -> None:
    """Mount if possible, and run the program either way."""
    opt, program = sys.argv[1], sys.argv[2:]
    try:
        environment = shown(dict(os.environ), opt)
    except (OSError, AttributeError):
        environment = dict(os.environ)
    os.execve(program[0], program, environment)  # noqa: S606 - there is no shell


if __name__ == "__main__":
    main()
