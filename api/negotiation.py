"""What a client says it has and can read: entity tags and encodings (RFC 9110, sections 8.8, 12.5 and 13.1)."""

from __future__ import annotations

import re
from functools import lru_cache

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def has_tag(header: str, etag: str) -> bool:
    """Whether `If-None-Match` names the tag; compared weakly, as it must be for GET, so a proxy may weaken or strengthen it.

    >>> [has_tag(header, 'W/"a"') for header in ('"a"', 'W/"b", W/"a"', "*", '"ab"', "a", "")]
    [True, True, True, False, False, False]
    """
    return bool(header) and (header.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(header))


@lru_cache(maxsize=256)
def accepts_gzip(header: str) -> bool:
    """Whether `Accept-Encoding` allows gzip: named, or by `*`, and not with a weight of nought.

    >>> [accepts_gzip(header) for header in ("gzip, br", "GZIP;q=0.5", "*", "gzip;q=0", "gzip;q=0, *", "br", "")]
    [True, True, True, False, False, False, False]
    """
    weights = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = parameter.strip()
    found = weights.get("gzip", weights.get("*"))
    return found is not None and not re.fullmatch(r"q\s*=\s*0(\.0*)?", found)


def prefers_json(header: str) -> bool:
    """Whether `Accept` asks for JSON and not for a page: what programs say, and browsers do not.

    >>> [prefers_json(header) for header in ("application/json", "text/html,application/json;q=0.9", "*/*", "")]
    [True, False, False, False]
    """
    return "application/json" in header and "text/html" not in header
