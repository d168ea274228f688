"""The portfolio's stack on the embedded cloud: names by environment, an existing pool, a table."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long
GOLDEN = Path(__file__).parents[1] / "golden" / "portfolio"
HOME = "us-east-1"
HANDLER = """from sam_deploy_runtime import environment, resource_name


def handler(event, context):
    return {"environment": environment(), "table": resource_name("table")}
"""


def test_production_names_its_table_its_function_and_its_logs(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    """R178, R301: ENVIRONMENT=production is in every name; the function knows its table."""
    folder = tmp_path / "portfolio"
    (folder / "backend" / "src").mkdir(parents=True)
    shutil.copy(GOLDEN / "config.py", folder / "deploy.py")
    (folder / "backend" / "src" / "main.py").write_text(HANDLER, encoding="utf-8")
    project = make_project(folder, {})
    ran = project.deploy("--environment", "production")
    assert 0 == ran.code, ran.err
    assert ["production-portfolio-backend-api"] == list(project.stacks(HOME))
    tables = project.client("dynamodb", HOME).list_tables()["TableNames"]
    assert ["production-portfolio-api-table"] == tables
    groups = {
        each["logGroupName"]
        for each in project.client("logs", HOME).describe_log_groups()["logGroups"]
    }
    assert "/aws/lambda/production-portfolio-api" in groups
    answer = project.client("lambda", HOME).invoke(
        FunctionName="production-portfolio-api:production", Payload=b"{}"
    )
    said = answer["Payload"].read().decode()
    assert '"environment": "production"' in said
    assert '"table": "production-portfolio-api-table"' in said
