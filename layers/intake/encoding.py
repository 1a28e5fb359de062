"""Text without a declared encoding: strict UTF-8, then GB18030, never silent mojibake.

Legacy Chinese text is also valid as little else, but much Latin text *is* valid GB18030 and would turn into rare characters. So GB18030 is believed
only where most of what comes out is in the everyday set (GB2312); otherwise the operator must say.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from layers.errors import BadEncoding

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERYDAY_SHARE = 0.6  # of the characters outside ASCII
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(raw: bytes, codec: str) -> str:
    """Strictly decoded text; only a character cut in two at the very end (fields of fixed width do that) is dropped."""
    return codecs.getincrementaldecoder(codec)("strict").decode(raw, final=False)


def choose_codec(samples: Sequence[bytes], *, file: str, declared: str | None = None, stated: str | None = None) -> str:
    """The codec that all samples are written in.

    Args:
        samples: Every text of the file, undecoded.
        file: Name of the file, for the sentence.
        declared: What the operator says; it wins, and must fit.
        stated: What the file itself says (a .cpg); believed only when the bytes are neither UTF-8 nor everyday Chinese.

    Raises:
        BadEncoding: nothing fits, or what was declared does not.
    """
    if declared:
        name = _known(declared, file)
        if not _fits(samples, name):
            raise BadEncoding(f"“{file}”不是 {declared} 编码；请改用 --encoding gb18030 或 utf-8，或去掉 --encoding 自动识别。", file=file)
        return name
    if _fits(samples, "utf-8"):
        return "gb18030" if _chinese_by_chance_utf8(samples) else "utf-8"
    if _fits(samples, "gb18030") and _everyday(samples):
        return "gb18030"
    other = _lookup(stated or "")
    if other and other not in ("utf-8", "gb18030", "gbk", "gb2312") and _fits(samples, other):
        return other
    raise BadEncoding(f"“{file}”的文字既不是 UTF-8，也不像 GBK/GB18030 中文；请用 --encoding 说明编码（如 gb18030、big5、latin-1）。", file=file)


def decode_text(raw: bytes, *, file: str, declared: str | None = None) -> tuple[str, str]:
    """The text of a whole file, and the codec: by its byte order mark, else as `choose_codec` finds."""
    codec = next((name for mark, name in _BOMS if raw.startswith(mark)), None) or _unmarked_utf16(raw)
    if codec is None or declared:
        codec = choose_codec([raw], file=file, declared=declared)
    try:
        return raw.decode(codec).lstrip("\ufeff"), codec
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadEncoding(f"“{file}”第 {line} 行有不是 {codec} 编码的文字；请用 --encoding 说明编码。", file=file, row=line) from error


def _unmarked_utf16(raw: bytes) -> str | None:
    """UTF-16 without its mark: commas, digits and line ends leave zero bytes in one half of the pairs, and none in the other."""
    low, high = raw[:_HEAD:2].count(0), raw[1:_HEAD:2].count(0)
    if max(low, high) < _ZEROS * len(raw[:_HEAD:2]) or min(low, high):
        return None
    return "utf-16-le" if high else "utf-16-be"


def _lookup(name: str) -> str | None:
    cleaned = name.strip().casefold()
    guess = {"ansi 1252": "cp1252", "936": "gb18030", "65001": "utf-8", "ansi 936": "gb18030"}.get(cleaned, cleaned)
    try:
        found = codecs.lookup(guess).name
    except (LookupError, ValueError):
        return None
    return {"gbk": "gb18030", "gb2312": "gb18030"}.get(found, found)


def _known(name: str, file: str) -> str:
    found = _lookup(name)
    if found is None:
        raise BadEncoding(f"没有名为“{name}”的编码；常用的有 utf-8、gb18030（含 GBK）、big5。", file=file)
    return found


def _fits(samples: Sequence[bytes], codec: str) -> bool:
    try:
        for sample in samples:
            decode(sample, codec)
    except (UnicodeDecodeError, UnicodeError):
        return False
    return True


def _chinese_by_chance_utf8(samples: Sequence[bytes]) -> bool:
    """Whether a little legacy Chinese happens to be valid UTF-8 (`一` is the bytes of `һ`).

    Only where UTF-8 gives neither Chinese nor Latin letters, and GB2312 gives everyday Chinese throughout: other scripts do not survive that.
    """
    foreign = {char for sample in samples for char in decode(sample, "utf-8") if not char.isascii()}
    if not foreign or any(ord(char) < _LATIN_END or char in _LATIN_BEYOND or ord(char) >= _THREE_BYTES for char in foreign):
        return False
    return _fits(samples, "gb2312")


_HEAD, _ZEROS = 4096, 0.2
_LATIN_END, _THREE_BYTES = 0x180, 0x800
_LATIN_BEYOND = frozenset("ƠơƯưȘșȚț")  # Vietnamese and Romanian; what else lies beyond is phonetic and rare


def _everyday(samples: Sequence[bytes]) -> bool:
    text = "".join(decode(sample, "gb18030") for sample in samples)
    ascii_length = len(text.encode("ascii", "ignore"))
    everyday = len(text.encode("gb2312", "ignore").decode("gb2312")) - ascii_length
    return everyday >= EVERYDAY_SHARE * (len(text) - ascii_length)
