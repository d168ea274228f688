"""Faults on purpose: a proxy between sam-deploy and the embedded cloud, kills, full disks, signals.

`proxy.py` is the way in: it knows every call by service, operation and region, and a `Rule` says
what becomes of it. `kill.py` ends a command at its n-th call. The tests beside them prove rows of
the fault table (`docs/faults.md`), as the marker `fault(NUMBER)` says.
"""
