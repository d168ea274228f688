"""The README beside the exported files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_TEXT: Final = """# @NAME@ in Terraform

Written by `sam-deploy export terraform`, once: from then on it is yours to change. Stacks that
sam-deploy has deployed are not taken over by it; where names are equal, AWS refuses the second one.

    modules/        one for each service (@MODULES@)
    environments/   a root module, with a state, for each of: @ENVIRONMENTS@
    artifacts/      the built archives, each named by the first digits of its SHA-256

## First

    cd environments/@FIRST@
    mv backend.tf.example backend.tf    # and name your bucket in it: state, locked by S3
    terraform init
    terraform plan -out plan
    terraform apply plan

Archives are given to Lambda as they are. `artifacts.tf` says which one an environment has, with its
hash: to bring a build from @FIRST@ to @LAST@, copy the lines, so that nothing is built twice.

## A canary

Publishing is on, so every change of code or settings makes a version. To let the newest one have a
tenth of the calls, name the version that keeps the others (the output `versions`, before the
change), apply, watch the alarms, and then take the variable away, or give the old archive back:

    terraform apply -var 'canaries={"FUNCTION"={stable_version="7",weight=0.1}}'
    terraform apply

With several regions `FUNCTION` is for all of them, `FUNCTION/us-east-1` for one: each counts its
versions for itself.

Terraform watches no alarm and takes nothing back by itself.

## What is not in it

- Values of secrets: a secret is made empty, so that its value is in no state.
- Certificates, and the addresses of user pools: make them, and give the ARNs as variables. An API
  in several regions needs a certificate in each: its variable is a map, `{"eu-west-1"="arn:..."}`.
- `prevent_destroy`: tables and user pools are kept by `protect_data` (true by default), buckets by
  not being empty.
"""


def guide(name: str, environments: Sequence[str], modules: Sequence[str]) -> str:
    """Return what somebody has to know who takes the folder over."""
    marks = {
        "@NAME@": name,
        "@MODULES@": ", ".join(f"`{each}`" for each in modules),
        "@ENVIRONMENTS@": ", ".join(environments),
        "@FIRST@": environments[0],
        "@LAST@": environments[-1],
    }
    text = _TEXT
    for mark, said in marks.items():
        text = text.replace(mark, said)
    return text
