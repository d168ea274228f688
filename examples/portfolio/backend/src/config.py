"""Settings, read from the environment variables that the stack gives to the function."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """One value per variable of the same name, in capitals; an empty one counts as not given."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    # What is not said is production: it shows no documentation and trusts no insecure cookie.
    environment: Literal["development", "staging", "production"] = "production"
    version: str = "1.0.0"
    aws_region: str = "us-east-1"
    dynamodb_table_name: str = "portfolio-api-table"
    dynamodb_endpoint: str | None = None
    """Only for DynamoDB Local; the embedded cloud is found by `AWS_ENDPOINT_URL`."""
    cognito_user_pool_id: str = ""
    cognito_client_id: str = ""
    cognito_endpoint: str = Field(default="", validation_alias="AWS_ENDPOINT_URL")
    """Where Cognito answers when it is not AWS's: the pool's keys are fetched there."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Separated by commas. One of them is answered, never the whole list."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    page_size: int = 20
    max_page_size: int = 100

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _separate(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(each.strip().rstrip("/") for each in value.split(",") if each.strip())
        return value

    @property
    def is_development(self) -> bool:
        """Whether documentation is shown and cookies may travel without TLS."""
        return self.environment == "development"


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process: variables do not change while it lives."""
    return Settings()
