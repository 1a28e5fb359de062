"""What revisions, branches and layers may be called."""

from __future__ import annotations

import re
import unicodedata

from layers.errors import RevisionNotFound, StoreError, UnknownLayer

MAX_BRANCH_BYTES = 100  # file systems stop at 255; a temporary prefix and a person's eye need room too
SHORTEST_PREFIX = 4
HASH_DIGITS = 64

_LAYER = re.compile(r"[a-z][a-z0-9_]{0,63}")
_HEX = re.compile(r"[0-9a-f]+")
_BRANCH = re.compile(r"\w(?:[\w.-]*[\w-])?")
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # Windows has no files of these names


def check_layer(name: str) -> str:
    """The name, if a layer can be called so (small letters, digits, `_`): it becomes a folder's name.

    Raises:
        UnknownLayer: it cannot.
    """
    if not _LAYER.fullmatch(name) or _RESERVED.fullmatch(name):
        raise UnknownLayer(f"图层名“{name}”不能用：只能用小写英文字母、数字和下划线，以字母开头。")
    return name


def check_branch(name: str) -> str:
    """The name in one Unicode form, if a branch can be called so on every system: letters of any language, digits, `_`, `-`, `.`.

    Raises:
        StoreError: it cannot, or it could be taken for a revision's id.
    """
    tidy = unicodedata.normalize("NFC", name.strip())
    stem = tidy.casefold().split(".")[0]
    if not _BRANCH.fullmatch(tidy) or len(tidy.encode()) > MAX_BRANCH_BYTES or _RESERVED.fullmatch(stem):
        raise StoreError(f"方案名“{name}”不能用：请用汉字、字母、数字、“-”、“_”，不超过 30 个汉字。")
    if looks_like_id(tidy):
        raise StoreError(f"方案名“{name}”容易和版本号混淆：请换一个名字，例如“方案-{name}”。")
    return tidy


def looks_like_id(name: str) -> bool:
    """Whether a name could be a revision's id or a prefix of one."""
    return len(name) >= SHORTEST_PREFIX and _HEX.fullmatch(name) is not None


def is_hash(name: str) -> bool:
    """Whether a name is a sha256 in hexadecimal digits."""
    return len(name) == HASH_DIGITS and _HEX.fullmatch(name) is not None


def split_steps(name: str) -> tuple[str, int]:
    """`main~2` → (`main`, 2); without `~` no steps.

    Raises:
        RevisionNotFound: what follows `~` is not a number.
    """
    base, tilde, steps = name.strip().partition("~")
    if tilde and not (steps.isascii() and steps.isdigit()):
        raise RevisionNotFound(f"看不懂版本“{name}”：“~”后面要写往前数几版，例如“{base or 'main'}~1”。")
    return unicodedata.normalize("NFC", base), int(steps) if tilde else 0
