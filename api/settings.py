"""Settings of the server: one frozen table, read from `ZUTONG_*` variables, never at import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """What `zutong serve` and `create_app` need to know.

    `names` are further host names under which the office reaches the machine (comma separated in the variable). IP addresses and
    `localhost` are always accepted: a page that rebinds DNS always comes under a name.
    """

    model_config = SettingsConfigDict(env_prefix="ZUTONG_", frozen=True, extra="ignore")

    workspace: Path = Path()
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    names: Annotated[tuple[str, ...], NoDecode] = ()
    body_limit_bytes: Annotated[int, Field(ge=0)] = 1_000_000

    @field_validator("names", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        """Names are separated by commas in the variable."""
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given
