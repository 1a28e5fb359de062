"""What pydantic found wrong, in one Chinese sentence: file, key, value, and what is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.errors import StandardError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_EXPECTED: dict[str, str] = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，可能写错了名字",
    "literal_error": "须为 {expected}",
    "greater_than_equal": "须不小于 {ge}",
    "less_than_equal": "须不大于 {le}",
    "finite_number": "须为有限的数",
    "float_type": "须为数",
    "int_type": "须为整数",
    "int_from_float": "须为整数",
    "bool_type": "须为 true 或 false",
    "string_type": "须为文字",
    "string_too_short": "不能为空",
    "tuple_type": "须为列表",
    "too_short": "至少要有一项",
    "dict_type": "须为一节（[名称] 下的各项）",
    "model_type": "须写成 {{ value, unit, source, confidence }}",
}


def explain(error: ValidationError, *, file: str, section: str = "") -> StandardError:
    """Turn a validation error into a StandardError: the first finding is the sentence, the others are the hint."""
    sentences = [_sentence(detail, file, section) for detail in error.errors(include_url=False)]
    others = f"同一处还有 {len(sentences) - 1} 项：{'；'.join(sentences[1:4])}" if sentences[1:] else ""
    return StandardError(f"{sentences[0]}。", hint=others)


def _sentence(detail: ErrorDetails, file: str, section: str) -> str:
    key = ".".join([*([section] if section else []), *(str(part) for part in detail["loc"])])
    kind = detail["type"]
    context: dict[str, Any] = dict(detail.get("ctx", {}))
    expected = _EXPECTED[kind].format(**context) if kind in _EXPECTED else detail["msg"]
    shown = f" = {_short(detail['input'])}" if kind not in {"missing", "extra_forbidden"} and not isinstance(detail["input"], dict) else ""
    return f"{file}：{key or '（整体）'}{shown}，{expected.replace(' or ', ' 或 ')}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - a sentence, not a dump
