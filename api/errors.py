"""One table: what an error means to a browser (status) and to a shell (exit code), and the one body in which it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEM_TYPE = "application/problem+json"
MUST_CHANGE = 2
"""Exit code when the user must change something before the command can do its work."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one class of error is answered at both doors."""

    status: int
    title: str
    exit_code: int = MUST_CHANGE


class NotFound(errors.QueryError):
    """A well-formed question about something that is not there."""


class NotReady(errors.StoreError):
    """What is asked for has not been computed yet."""


class Conflict(errors.QueryError):
    """A well-formed wish that comes too late."""


class TooMany(errors.QueryError):
    """More orders than wait in good order."""


class WritingOff(errors.QueryError):
    """Somebody else's page or machine wants to write."""


class NotJson(errors.QueryError):
    """A body in another form than JSON."""


ANSWERS: Mapping[type[errors.ZutongError], Answer] = {
    errors.ZutongError: Answer(500, "未能完成"),
    errors.InputError: Answer(422, "文件有误"),
    errors.UnknownFormat: Answer(415, "文件格式不能读"),
    errors.HostileFile: Answer(422, "文件被拒绝"),
    errors.BadEncoding: Answer(422, "文字编码不明"),
    errors.MissingCRS: Answer(422, "缺坐标系"),
    errors.MissingField: Answer(422, "缺必需的列"),
    errors.UnknownLayer: Answer(404, "没有这个图层"),
    errors.StoreError: Answer(500, "工作区出错"),
    errors.WorkspaceNotFound: Answer(404, "不是工作区"),
    errors.WorkspaceExists: Answer(409, "文件夹已有内容"),
    errors.RevisionNotFound: Answer(404, "没有这个版本"),
    errors.LayerNotFound: Answer(404, "还没有这个图层"),
    errors.WorkspaceLocked: Answer(503, "工作区正被写入"),
    errors.DamagedWorkspace: Answer(500, "工作区已损坏"),
    errors.StandardError: Answer(500, "标准集有误"),
    errors.FetchError: Answer(502, "下载未成"),
    errors.QueryError: Answer(400, "查询条件有误"),
    NotFound: Answer(404, "没有找到"),
    NotReady: Answer(409, "还没有计算"),
    Conflict: Answer(409, "已经结束"),
    TooMany: Answer(429, "排队太多"),
    WritingOff: Answer(403, "不能写入"),
    NotJson: Answer(415, "内容不是 JSON"),
}


def answer_for(error: errors.ZutongError | type[errors.ZutongError]) -> Answer:
    """The answer of the nearest class of the error that is in the table."""
    kind = error if isinstance(error, type) else type(error)
    for base in kind.__mro__:
        found = ANSWERS.get(base)
        if found is not None:
            return found
    return ANSWERS[errors.ZutongError]  # pragma: no cover - the root of the tree is in the table


def problem(status: int, title: str, detail: str, *, kind: str = "about:blank", **more: Any) -> dict[str, Any]:
    """A problem+json body (RFC 9457): `type, title, status, detail`, and what else is known."""
    return {"type": kind, "title": title, "status": status, "detail": detail, **{k: v for k, v in more.items() if v not in ("", None)}}


def problem_of(error: errors.ZutongError) -> dict[str, Any]:
    """The problem+json body of an error: the very sentence that the command line prints.

    The value of the faulty cell stays out: it may be a person's.
    """
    answer = answer_for(error)
    facts = {name: getattr(error, name, None) for name in ("hint", "file", "row", "field", "expected")}
    return problem(answer.status, answer.title, error.sentence, kind=f"urn:zutong:problem:{type(error).__name__}", **facts)
