"""Settings of the server: one frozen table, read from `ZUTONG_*` variables, never at import."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """What `zutong serve` and `create_app` need to know.

    `names` are further host names under which the office reaches the machine (comma separated in the variable). IP addresses and
    `localhost` are always accepted: a page that rebinds DNS always comes under a name. `write` says whether jobs may be ordered over HTTP; left
    out, they may where the service listens on this machine alone. `most_waiting` is how many orders may wait.
    """

    model_config = SettingsConfigDict(env_prefix="ZUTONG_", frozen=True, extra="ignore")

    workspace: Path = Path()
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    names: Annotated[tuple[str, ...], NoDecode] = ()
    body_limit_bytes: Annotated[int, Field(ge=0)] = 65_536
    write: bool | None = None
    most_waiting: Annotated[int, Field(ge=1, le=100)] = 5

    @property
    def writable(self) -> bool:
        """Whether jobs may be ordered: as told, or where nobody but this machine can reach the service."""
        return is_loopback(self.host) if self.write is None else self.write

    @field_validator("names", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        """Names are separated by commas in the variable."""
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given


def is_loopback(host: str) -> bool:
    """Whether a listening address is reached from this machine alone.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.168.1.5", "office-pc", "")]
    [True, True, True, False, False, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
