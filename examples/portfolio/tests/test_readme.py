"""The owner that the README makes."""

from __future__ import annotations

import re
import shlex
import uuid
from pathlib import Path
from typing import Any

import httpx
from botocore import xform_name

README = Path(__file__).parents[1] / "README.md"
PASSWORD = "Correct-Horse-7-battery"


def commands(filled: dict[str, str]) -> list[list[str]]:
    """Return the README's commands of Cognito, in words, with these placeholders filled in."""
    text = README.read_text(encoding="utf-8").replace("\\\n", "")
    for placeholder, value in filled.items():
        text = text.replace(placeholder, value)
    found = re.findall(r"^\$ aws cognito-idp (.*)$", text, re.MULTILINE)
    return [shlex.split(each) for each in found]


def parameters(words: list[str], shape: Any) -> dict[str, Any]:
    """Return options as the API has them: a flag is true, a list has `Name=...,Value=...`."""
    names = {f"--{xform_name(name, '-')}": name for name in shape.members}
    given: dict[str, Any] = {}
    for word in words:
        if word in names:
            option = names[word]
            given[option] = True
        elif shape.members[option].type_name == "list":
            pairs = dict(each.split("=", 1) for each in word.split(","))
            given[option] = [*(given[option] if given[option] is not True else []), pairs]
        else:
            given[option] = word
    return given


def test_the_owner_of_the_readme_signs_in_and_writes(deployed: Any) -> None:
    """The commands as they are there, with the pool's id, an address and a password in them."""
    cognito = deployed.app.client("cognito-idp")
    email = f"{uuid.uuid4().hex}@example.com"
    filled = {"POOL": deployed.pool_id, "you@example.com": email, "$PASSWORD": PASSWORD}
    for operation, *words in commands(filled):
        method = operation.replace("-", "_")
        api = cognito.meta.method_to_api_mapping[method]
        shape = cognito.meta.service_model.operation_model(api).input_shape
        getattr(cognito, method)(**parameters(words, shape))

    login = {"email": email, "password": PASSWORD}
    answer = httpx.post(f"{deployed.url}/auth/login", json=login, trust_env=False, timeout=60)

    assert 200 == answer.status_code, answer.text
    token = {"Authorization": f"Bearer {answer.json()['id_token']}"}
    me = httpx.get(f"{deployed.url}/auth/me", headers=token, trust_env=False, timeout=60).json()
    assert ("owner", True) == (me["role"], me["email_verified"])
