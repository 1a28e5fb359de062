"""The one door to numba: how every kernel of this wing is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from numba import njit

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
    return cast("Callable[P, R]", njit(cache=True, nogil=True)(function))
