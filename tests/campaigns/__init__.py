"""The long proofs of the build engine: thousands of kills, flips and builds, run on request.

`.ci/campaigns` runs them and writes `docs/campaigns.md`; the everyday tests in `tests/e2e` run the
same code a few times.
"""
