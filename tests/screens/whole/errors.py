"""Forty-odd ways to get something wrong that need no cloud: command lines and projects."""

from __future__ import annotations

from typing import Final

SHOP: Final = "shop"
"""The project of two functions, see `tests/screens/conftest.py`; nothing of it is deployed."""
EMPTY: Final = "void"
"""A folder with nothing in it."""

MISTAKES: Final = (
    "account_as_number",
    "empty_layer",
    "exception",
    "handler",
    "home_region",
    "memory",
    "missing_arguments",
    "no_app",
    "promotion_in_a_circle",
    "reserved_variable",
    "route_twice",
    "runtime",
    "schedule",
    "syntax",
    "ten_mistakes",
    "unknown_layer",
    "unknown_queue",
    "wrong_class",
)
"""Configurations of `tests/golden/error_*`: each is built, and refused."""

ERRORS: Final[dict[str, tuple[str, ...]]] = {
    "unknown_command": (SHOP, "deplyo"),
    "unknown_command_far": (SHOP, "frobnicate"),
    "unknown_option": (SHOP, "deploy", "--regoin", "eu-west-1"),
    "unknown_target": (SHOP, "--target", "azure", "status"),
    "unknown_feature_set": (SHOP, "template", "cor"),
    "unknown_region": (SHOP, "status", "--region", "eu-west-2"),
    "unknown_function": (SHOP, "logs", "Apy"),
    "unknown_moment": (SHOP, "logs", "--since", "yesterdayish"),
    "unknown_run": (SHOP, "runs", "show", "nosuch"),
    "unknown_explanation": (SHOP, "explain", "refusd"),
    "unknown_shell": (SHOP, "completion", "tcsh"),
    "unknown_schema": (SHOP, "schema", "deplyo"),
    "unknown_environment": (SHOP, "promote", "prd"),
    "unknown_setting": (SHOP, "settings", "get", "HOST", "--environment", "dev"),
    "unknown_service": (SHOP, "cloud", "fault", "add", "--service", "lamda", "--outage"),
    "unknown_archive": (SHOP, "inspect", "Apy"),
    "argument_missing": (SHOP, "promote"),
    "argument_too_many": (SHOP, "history", "dev", "prod"),
    "value_missing": (SHOP, "deploy", "--region"),
    "value_not_a_number": (SHOP, "runs", "--limit", "many"),
    "fault_of_nothing": (SHOP, "cloud", "fault", "add", "--service", "lambda"),
    "followed_until": (SHOP, "logs", "-f", "--until", "1m"),
    "no_such_folder": (SHOP, "-C", "nowhere", "status"),
    "no_project": (EMPTY, "build"),
    "no_project_to_look_at": (EMPTY, "status"),
    "no_template": (EMPTY, "deploy", "--template-file", "nowhere.yaml"),
    "not_promotable": (SHOP, "promote", "dev"),
    "no_credentials": (SHOP, "status", "--target", "aws"),
    "no_cloud_status": (SHOP, "status"),
    "no_cloud_history": (SHOP, "history"),
    "no_cloud_to_promote": (SHOP, "promote", "prod"),
    "no_cloud_to_resume": (SHOP, "resume", "--target", "embedded"),
    "no_cloud_to_roll_back": (SHOP, "rollback", "prod"),
    "no_cloud_invoke": (SHOP, "cloud", "invoke", "Api"),
    "no_http_api": (SHOP, "cloud", "url"),
    "no_file_for_an_approval": (SHOP, "approve", "prod"),
    "init_no_name": (EMPTY, "init", "new", "--template", "api", "--name", "New"),
    "init_into_something": (SHOP, "init", ".", "--template", "api"),
    "diagram_of_nothing": (SHOP, "export", "diagram", "--template", "nowhere.yaml"),
    "terraform_into_something": (SHOP, "export", "terraform", "--out", "functions"),
    "nothing_to_serve": (SHOP, "serve"),
}
"""Name -> the folder, and what is typed there."""
ERRORS.update({f"mistake_{each}": (each, "build") for each in MISTAKES})
