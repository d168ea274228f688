"""The long proofs: thousands of kills, flips, builds and mistakes, run on request.

`.ci/campaigns` runs them and writes `docs/campaigns.md`; the everyday tests in `tests/e2e` and
`tests/unit/config/test_malformed.py` run the same code a few times.
"""
