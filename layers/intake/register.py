"""The household register loses its persons at the door: ID numbers are checked, turned into a keyed pseudonym, and dropped.

What leaves `pseudonymise` holds no personal field, and no trace of one: numbers and names that offices copy into notes or use as household codes
are masked too. Problems name row, field and rule, never the value.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.codes import id_check_digit, is_scientific, is_valid_id
from layers.errors import DamagedWorkspace
from layers.intake.problems import MASK, empty, join_problems, problem_rows
from layers.intake.traces import masked, telling, told, unnumbered
from layers.names import Kind, fields_of, get_layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.intake.problems import Severity

Flags: TypeAlias = npt.NDArray[np.bool_]

PERSON_KEY = "person_key"
KEY_BYTES = 16
"""A shorter secret could be found by trying: ID numbers are few."""

_LAYER = get_layer("households")
_ID = "id_number"
_EARLIEST = date(1890, 1, 1)
_SEPARATORS = r"[\s'’‘`\-—_.,，。]+"
_VILLAGE_DIGITS = 12
_PLACES = frozenset({"group_name", "village_name", "township_name"})
_SYSTEMATIC_ROWS, _SYSTEMATIC_SHARE = 50, 0.5
"""When so many rows, and more than this share of them, break one rule, the column is at fault: one problem row says so."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One thing that can be wrong with an ID number."""

    rule: str
    severity: Severity
    message: str
    suggestion: str


_RULES = {
    rule.rule: rule
    for rule in (
        _Rule("id_damaged", "warning", "证件号是科学计数法，末尾数字已丢失，无法识别此人。", "请在原表中把该列设为“文本”格式，重新填写后再导入。"),
        _Rule(
            "id_truncated", "warning", "证件号末三位是 000 且校验位不符，多半被表格软件截断。", "请在原表中把该列设为“文本”格式，重新填写后再导入。"
        ),
        _Rule("id_length", "warning", "证件号位数不对：应为 18 位（旧证 15 位，残疾人证 20 位）。", "请核对原件后更正。"),
        _Rule("id_check_digit", "warning", "证件号校验位不符，可能有一位写错。", "请核对原件后更正。"),
        _Rule("id_birth_date", "warning", "证件号中的出生日期不存在或不合理。", "请核对原件后更正。"),
        _Rule("id_old_form", "info", "证件号是 15 位旧证，已按 18 位识别。", "请换填 18 位号码。"),
    )
}


def pseudonymise(
    frame: pd.DataFrame,
    *,
    key: bytes,
    file: str = "",
    rows: Sequence[int] | None = None,
    today: date | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replace the persons of a register by pseudonyms.

    Args:
        frame: Rows of the layer `households`, canonical names; personal columns may be missing.
        key: The workspace's secret; the same person gets the same pseudonym under the same key only.
        file: The file's name, for the problem rows.
        rows: Row numbers as the office sees them, one for each row of the frame; default 1, 2, 3 …
        today: Birth dates after it are implausible; default the present day.

    Returns:
        The frame without personal columns and with `person_key` (32 hex characters of HMAC-SHA256 over the ID number, or over the household code
        where there is none; `<NA>` without either), and the problem rows.

    Raises:
        DamagedWorkspace: the secret is missing or too short.
    """
    if len(key) < KEY_BYTES:
        raise DamagedWorkspace("工作区的假名密钥缺失或过短：请检查 secret/pseudonym.key，或新建工作区后重新导入户册。")
    numbers = pd.Series(range(1, len(frame) + 1) if rows is None else list(rows), index=frame.index, dtype="Int64")
    ids = _normalised(frame[_ID]) if _ID in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
    usable, broken = _checked(ids, today or date.today())  # noqa: DTZ011 - the office's own day
    safe, masked = _without_traces(frame, key, ids, numbers, file)
    households = frame["household_code"].astype("string") if "household_code" in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
    person = _hashed(usable.fillna(households), key)
    problems = [_id_problems(broken, numbers, int(ids.notna().sum()), file), _twice(usable, numbers, file), _none(ids, file), masked]
    return safe.assign(**{PERSON_KEY: person}), join_problems(problems)


def _normalised(ids: pd.Series) -> pd.Series:
    """Half width, upper case, without spaces, quotes and separators; an empty cell is missing. Scientific notation keeps its dot."""
    text = ids.astype("string").str.normalize("NFKC").str.strip().str.upper().str.replace(r"^'|\.0+$", "", regex=True)
    bare = text.str.replace(_SEPARATORS, "", regex=True)
    kept = bare.where(~_scientific(text), text)
    return kept.mask(kept == "", pd.NA)


def _scientific(text: pd.Series) -> pd.Series:
    known = {value: is_scientific(value) for value in text[text.str.contains("E", regex=False).fillna(False)].unique()}
    return text.map(known).astype("boolean").fillna(False)


def _checked(ids: pd.Series, today: date) -> tuple[pd.Series, pd.Series]:
    """The 18-character number of each row where there is one, and the rule that each row breaks (`<NA>`: none)."""
    disabled = ids.str.fullmatch(r"[0-9]{17}[0-9X][1-7][1-4]").fillna(False)
    old = ids.str.fullmatch(r"[0-9]{15}").fillna(False)
    full = ids.mask(disabled, ids.str[:18])
    full = full.mask(old, _lengthened(ids[old]).reindex(ids.index))
    formed = full.str.fullmatch(r"[0-9]{17}[0-9X]").fillna(False).to_numpy(dtype=bool)
    wrong_digit, wrong_date = formed.copy(), formed.copy()
    wrong_digit[formed] = ~_digit_fits(full[formed])
    wrong_date[formed] = ~_born(full[formed], today)
    given = ids.notna().to_numpy()
    damaged = _scientific(ids).to_numpy(dtype=bool)
    truncated = wrong_digit & ids.str.endswith("000").fillna(False).to_numpy(dtype=bool)
    order = [damaged, given & ~formed, truncated, wrong_digit, wrong_date, old.to_numpy(dtype=bool)]
    names = ["id_damaged", "id_length", "id_truncated", "id_check_digit", "id_birth_date", "id_old_form"]
    chosen = np.select(order, names, default="")
    broken = pd.Series(chosen, index=ids.index, dtype="string").where(chosen != "")
    # A number that cannot be a person's (无, 000…) must not make one person of many.
    return full.where(formed & ~truncated & ~wrong_date), broken


def _lengthened(old: pd.Series) -> pd.Series:
    """15-digit numbers (before 1999) as 18 characters: the century, then the check character."""
    longer = old.str[:6] + "19" + old.str[6:]
    return longer.map(lambda text: text + id_check_digit(text)).astype("string")


def _digit_fits(ids: pd.Series) -> Flags:
    table = {number: is_valid_id(number) for number in ids.unique()}
    return ids.map(table).to_numpy(dtype=bool)


def _born(ids: pd.Series, today: date) -> Flags:
    births = pd.to_datetime(ids.str[6:14], format="%Y%m%d", errors="coerce")
    plausible = (births >= pd.Timestamp(_EARLIEST)) & (births <= pd.Timestamp(today))
    return plausible.to_numpy(dtype=bool)


def _hashed(texts: pd.Series, key: bytes) -> pd.Series:
    # A hash has no vector form; sixty thousand take a tenth of a second.
    table = {text: hmac.digest(key, text.encode(), "sha256").hex()[:32] for text in texts.dropna().unique()}
    return texts.map(table).astype("string")


def _id_problems(broken: pd.Series, rows: pd.Series, given: int, file: str) -> pd.DataFrame:
    return join_problems(_of_rule(rule, rows[(broken == name).fillna(False)], given, file) for name, rule in _RULES.items())


def _of_rule(rule: _Rule, rows: pd.Series, given: int, file: str) -> pd.DataFrame:
    systematic = len(rows) > _SYSTEMATIC_ROWS and len(rows) > _SYSTEMATIC_SHARE * given
    message = (
        f"{given} 个证件号中有 {len(rows)} 个同样有问题（首见于第 {rows.min()} 行），多半是整列的问题：{rule.message}" if systematic else rule.message
    )
    return problem_rows(
        layer=_LAYER.name,
        file=file,
        row=None if systematic else rows.tolist(),
        field=_ID,
        rule=rule.rule,
        value=MASK,
        severity=rule.severity,
        message=message,
        suggestion=rule.suggestion,
    )


def _twice(ids: pd.Series, rows: pd.Series, file: str) -> pd.DataFrame:
    """Rows whose ID number stands in an earlier row already."""
    known = ids.dropna()
    again = known[known.duplicated()]
    first = dict(zip(known.drop_duplicates(), rows[known.drop_duplicates().index], strict=True))
    return problem_rows(
        layer=_LAYER.name,
        file=file,
        row=rows[again.index].tolist(),
        field=_ID,
        rule="person_twice",
        value=MASK,
        severity="warning",
        message=[f"证件号与第 {first[number]} 行相同：同一人登记了两次。" for number in again],
        suggestion="请核对两行，删去重复的一行；确为不同的人时更正证件号。",
    )


def _none(ids: pd.Series, file: str) -> pd.DataFrame:
    """One row for the whole file when some rows have no ID number."""
    missing = int(ids.isna().sum())
    if missing == 0:
        return empty()
    message = f"{missing} 行没有证件号，改用户编号识别；同一人登记两次时无法发现。"
    return problem_rows(layer=_LAYER.name, file=file, field=_ID, rule="id_missing", severity="info", message=message, suggestion="如有证件号请补填。")


def _without_traces(frame: pd.DataFrame, key: bytes, ids: pd.Series, rows: pd.Series, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame without personal columns, and without their values in the columns that stay."""
    personal = [name for name in frame.columns if name in _LAYER.personal]
    secrets = {"id": ids, **{name: telling(frame[name]) for name in personal}}
    said = told(list(secrets.values()))
    kinds = {field.name: field.kind for field in fields_of(_LAYER)}
    safe, problems = frame.drop(columns=personal), []
    for name in safe.columns:
        if not (pd.api.types.is_string_dtype(frame[name].dtype) or frame[name].dtype == object):
            continue
        before = frame[name].astype("string")
        if kinds.get(name) is Kind.CODE:
            after = _recoded(before, list(secrets.values()), _own_areas(frame), key)
        elif name in _PLACES:
            after = _not_a_person(before, secrets)
        else:
            after = masked(before, said)
        changed = (before != after).fillna(False).to_numpy(dtype=bool)
        if changed.any():
            safe = safe.assign(**{name: after})
            problems.append(_trace_problems(name, rows[changed], file))
    return safe, join_problems(problems)


def _own_areas(frame: pd.DataFrame) -> pd.Series:
    """The code of each row's own village, where it is given: a longer code that begins so is an area's (contracts are numbered so), no person's."""
    codes = [frame[name].astype("string").str[:_VILLAGE_DIGITS] for name in ("group_code", "village_code") if name in frame]
    filled = codes[0].fillna(codes[-1]) if codes else pd.Series(pd.NA, index=frame.index, dtype="string")
    return filled.where(filled.str.len() == _VILLAGE_DIGITS)


def _recoded(codes: pd.Series, secrets: Sequence[pd.Series], areas: pd.Series, key: bytes) -> pd.Series:
    """Codes that are a personal value, or hold an ID number, become `h` and a hash; equal codes stay equal.

    18 digits are an ID number when they hold a birth date that can be; contract and household codes of 18 digits are kept.
    """
    number = codes.str.extract(r"(?<![0-9])([0-9]{17}[0-9Xx])", expand=False)
    born = pd.Series(_born(number.fillna(""), date.today()), index=codes.index)  # noqa: DTZ011 - the office's own day
    own = pd.Series([code[:_VILLAGE_DIGITS] == area for code, area in zip(codes.fillna(""), areas.fillna("-"), strict=True)], index=codes.index)
    personal = number.str.endswith(("X", "x")).fillna(False).astype(bool) | (born & ~own)
    for secret in secrets:
        personal |= (codes.str.strip() == secret).fillna(False)
    return codes.mask(personal, "h" + _hashed(codes[personal], key).str[:16].reindex(codes.index))


def _not_a_person(places: pd.Series, secrets: Mapping[str, pd.Series]) -> pd.Series:
    """Names of places: part of an address by nature, so only a cell that is wholly a person's value goes (columns that slipped)."""
    for name, secret in secrets.items():
        if name != "address":
            places = places.mask((places == secret).fillna(False), MASK)
    return unnumbered(places)


def _trace_problems(field: str, rows: pd.Series, file: str) -> pd.DataFrame:
    label = {known.name: known.label for known in fields_of(_LAYER)}.get(field, field)
    return problem_rows(
        layer=_LAYER.name,
        file=file,
        row=rows.tolist(),
        field=field,
        rule="personal_value",
        value=MASK,
        severity="info",
        message=f"“{label}”一列里写有个人信息，已遮盖。",
        suggestion="请不要在这一列填写姓名、证件号、电话或账号。",
    )
