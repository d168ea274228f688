"""The program of the cloud's proxy: `python -m sam_deploy.local.faults`."""

from __future__ import annotations

import argparse
import signal
import socket
import threading

from sam_deploy.local.faults.door import Door


def main() -> None:
    """Stand on the socket `--fd` between clients and the cloud at `--cloud`, until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sam_deploy.local.faults")
    parser.add_argument("--cloud", required=True)
    parser.add_argument("--fd", type=int, required=True)
    arguments = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    door = Door(arguments.cloud, socket.socket(fileno=arguments.fd))
    ended.wait()
    door.close()


if __name__ == "__main__":
    main()
