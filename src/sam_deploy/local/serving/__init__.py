"""An app behind the gateway without a cloud: its routes from values, its functions from folders.

What `sam-deploy serve` runs. It knows no `deploy.py`; `cli/` says what is to be served.
"""
