"""Logical ids of what keeps data and settings, beside those of `naming.py`. Pure.

They are made of names in `deploy.py` alone and never of physical names: choosing one later
replaces nothing.
"""

from __future__ import annotations

from typing import Literal

from sam_deploy import naming

Side = Literal["Read", "Write"]


def scalable_target_id(table: str, environment: str, side: Side, index: str = "") -> str:
    """OrdersDevTableReadTarget; OrdersDevTableByDateReadTarget for an index."""
    return f"{naming.table_id(table, environment)}{naming.title(index)}{side}Target"


def scaling_policy_id(table: str, environment: str, side: Side, index: str = "") -> str:
    """OrdersDevTableReadPolicy; OrdersDevTableByDateReadPolicy for an index."""
    return f"{naming.table_id(table, environment)}{naming.title(index)}{side}Policy"


def stream_mapping_id(function: str, table: str, environment: str) -> str:
    """AuditOrdersDevStreamMapping: several functions can read one stream."""
    return f"{function}{naming.title(table)}{naming.title(environment)}StreamMapping"


def distribution_id(distribution: str, environment: str) -> str:
    """AssetsDevDistribution."""
    return f"{naming.title(distribution)}{naming.title(environment)}Distribution"


def distribution_part_id(distribution: str, environment: str, part: str) -> str:
    """AssetsDevDistributionBucket, ...AccessControl, ...CachePolicy: what stands around it."""
    return f"{distribution_id(distribution, environment)}{part}"


def setting_id(setting: str, environment: str) -> str:
    """PageSizeDevSetting for page_size."""
    return f"{naming.title(setting)}{naming.title(environment)}Setting"


def secret_id(secret: str, environment: str) -> str:
    """SigningKeyDevSecret for signing_key."""
    return f"{naming.title(secret)}{naming.title(environment)}Secret"
