"""What FastAPI finds wrong with parameters and bodies, in Chinese; the given value is never repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BODY = "body"
_LONGEST_NAME = 40


def fault_sentence(found: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """One finding: about a parameter of the address, or about a field of the body.

    Args:
        found: one of pydantic's errors.
        labels: Chinese names of body fields.
    """
    loc = list(found.get("loc", ()))
    return body_sentence(found, loc[1:], labels) if loc[:1] == [BODY] else parameter_sentence(found)


def parameter_sentence(found: Mapping[str, Any]) -> str:
    """A finding about a parameter.

    >>> parameter_sentence({"type": "extra_forbidden", "loc": ("query", "foo")})
    '没有参数“foo”'
    """
    loc: Sequence[Any] = found.get("loc", ())
    name = f"参数“{str(loc[-1])[:_LONGEST_NAME] if loc else ''}”"
    words = {"extra_forbidden": f"没有{name}", "missing": f"缺少{name}"}
    return words.get(str(found.get("type")), f"{name}{_what(found)}")


def body_sentence(found: Mapping[str, Any], path: Sequence[Any], labels: Mapping[str, str]) -> str:
    """A finding about a field of the body, named in words and by its name.

    >>> body_sentence({"type": "float_type"}, ["budgets_cny", 0], {"budgets_cny": "各年预算"})
    '“各年预算（budgets_cny）”第 1 项应为数字'
    >>> body_sentence({"type": "extra_forbidden"}, ["floors", 1, "colour"], {"floors": "乡镇底线"})
    '“乡镇底线（floors）”第 2 项没有“colour”这一项'
    """
    kind = str(found.get("type"))
    if kind in {"extra_forbidden", "missing"} and path:
        verb = "没有" if kind == "extra_forbidden" else "缺少"
        return f"{_place(path[:-1], labels) or '请求内容'}{verb}“{_name(path[-1], labels)}”{'这一项' if verb == '没有' else ''}"
    if kind == "value_error":
        return str(found.get("ctx", {}).get("error", "请求内容有误")).rstrip("。")
    return f"{_place(path, labels) or '请求内容'}{_what(found)}"


def _place(path: Sequence[Any], labels: Mapping[str, str]) -> str:
    return "".join(f"第 {part + 1} 项" if isinstance(part, int) else f"{'里的' if at else ''}“{_name(part, labels)}”" for at, part in enumerate(path))


def _name(part: object, labels: Mapping[str, str]) -> str:
    name = str(part)[:_LONGEST_NAME]
    return f"{labels[name]}（{name}）" if name in labels else name


def _plain(limit: object) -> str:
    return f"{limit:,.15g}" if isinstance(limit, float) else str(limit)


def _what(found: Mapping[str, Any]) -> str:
    """What is expected instead."""
    limits: Mapping[str, Any] = found.get("ctx", {})
    choices = str(limits.get("expected", "")).replace(" or ", ", ").replace(", ", "、").replace("'", "")
    words = {
        "literal_error": f"只能是 {choices}",
        "greater_than_equal": f"不能小于 {_plain(limits.get('ge'))}",
        "greater_than": f"须大于 {_plain(limits.get('gt'))}",
        "less_than_equal": f"不能大于 {_plain(limits.get('le'))}",
        "string_pattern_mismatch": "里有不能用的字符",
        "string_too_long": f"不能超过 {limits.get('max_length')} 字",
        "string_too_short": "不能为空",
        "string_type": "应为文字",
        "too_long": f"不能超过 {limits.get('max_length')} 项",
        "too_short": f"至少要有 {limits.get('min_length')} 项",
        "list_type": "应为一组值（[…]）",
        "bool_type": "应为 true 或 false",
        "bool_parsing": "应为 true 或 false",
        "model_attributes_type": "应为一个对象（{…}）",
        "model_type": "应为一个对象（{…}）",
        "dict_type": "应为一个对象（{…}）",
    }
    whole = ("int_type", "int_parsing", "int_from_float")
    numbers = ("float_type", "float_parsing", "finite_number")
    words |= dict.fromkeys(whole, "应为整数") | dict.fromkeys(numbers, "应为数字")
    return words.get(str(found.get("type")), "的写法不对")
