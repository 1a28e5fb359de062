"""The one door to numba: how every kernel is compiled, and where its machine code is kept.

Numba keeps compiled kernels beside their source and takes them as current while *that* file is unchanged, although they hold code of other
files too. So they are kept in the user's cache instead (`ZUTONG_CACHE` or the platform's), in a folder named by a hash over all files with
kernels: a new version never runs old machine code.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import numba
import platformdirs

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel to machine code, kept on disk between runs.

    No fastmath and no threads: the same input gives the same bytes on every machine. The interpreter lock is released, so that a server
    goes on answering while a kernel runs.

    Args:
        function: plain loops over numpy arrays and numbers; may call other compiled functions.

    Returns:
        The compiled function; it takes and returns what `function` does.
    """
    return cast("Callable[P, R]", _compile(function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function into each kernel that calls it.

    For what is called once a step: handing over many arrays would cost more than the work itself.
    """
    return cast("Callable[P, R]", numba.njit(inline="always")(function))


def _compile(function: Callable[..., Any]) -> object:
    settings: Any = numba.config
    usual = settings.CACHE_DIR
    # Set for this call only: where other packages of the process keep theirs is not ours to say, nor what the user has set (NUMBA_CACHE_DIR).
    settings.CACHE_DIR = usual or str(_folder())
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        # No folder can be written to: compile in each process.
        return numba.njit(nogil=True)(function)
    finally:
        settings.CACHE_DIR = usual


@cache
def _folder() -> Path:
    """Where machine code of exactly these sources is kept."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        source = path.read_bytes()
        if b"compiled" in source:
            digest.update(source)
    home = Path(os.environ.get("ZUTONG_CACHE") or platformdirs.user_cache_path("zutong"))
    return home / "kernels" / digest.hexdigest()[:16]
