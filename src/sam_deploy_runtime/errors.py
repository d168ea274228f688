"""What can be wrong with a setting. No message ever holds a value."""

from __future__ import annotations


class SettingMissingError(LookupError):
    """The setting has no value in this environment and region."""


class SettingInvalidError(ValueError):
    """The setting has a value, which is not of the type that was asked for."""


class SettingUnavailableError(RuntimeError):
    """AWS did not hand the value out. `transient`: asking again later may well succeed."""

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient
