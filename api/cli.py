"""The command line `zutong`: one app, commands by family, and one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import difflib
import importlib
import os
import re
import sys
from typing import TYPE_CHECKING

import typer
from typer.exceptions import Abort, TyperException

from api.console import complain
from api.errors import MUST_CHANGE, answer_for
from layers.errors import ZutongError

if TYPE_CHECKING:
    from collections.abc import Sequence

BROKEN = 3
"""Exit code of a fault of the program itself."""
INTERRUPTED = 130

FAMILIES: dict[str, tuple[str, ...]] = {
    "api.commands.demo": ("demo",),
    "api.commands.data": ("new", "import", "check", "export"),
    "api.commands.history": ("log", "diff"),
    "api.commands.gaps": ("gaps", "standards"),
    "api.commands.roads": ("roads",),
    "api.commands.sites": ("sites",),
    "api.commands.choose": ("choose",),
    "api.commands.publish": ("page", "serve"),
}
"""Commands by family, in the order of the help; only the family that is asked for is imported: the service's libraries take a second to load."""


def application(command: str = "") -> typer.Typer:
    """The app with the family of one command, or with all commands where that is none of them (help, a typing error)."""
    app = typer.Typer(
        name="zutong",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback(help="组通：村民组短板规划图。硬化路、饮水、用电、通信、卫生、教育通到了哪个组，哪个组还没有，为什么。")(_no_options)
    wanted = [family for family, names in FAMILIES.items() if command in names] or list(FAMILIES)
    for family in wanted:
        importlib.import_module(family).register(app)
    return app


def _no_options() -> None:
    """Everything is said by the commands."""


def main() -> None:
    """Entry point of the command `zutong`."""
    _speak_utf8()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 fine, 1 problems found, 2 the user must change something, 3 a fault of the program."""
    try:
        found = application(arguments[0] if arguments else "")(list(arguments), standalone_mode=False, prog_name="zutong")
    except ZutongError as error:
        complain(error.sentence, error.hint)
        return answer_for(error).exit_code
    except TyperException as error:
        return _wrong_usage(error)
    except (Abort, KeyboardInterrupt):
        complain("已中断；工作区仍是上一次提交的样子。")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if os.environ.get("ZUTONG_DEBUG"):
            raise
        # Only the kind is named: the text of a foreign exception may quote a cell of the register.
        complain(f"程序内部出错（{type(error).__name__}），工作区没有改动。", "设 ZUTONG_DEBUG=1 重新运行可看到详细经过，请一并反馈。")
        return BROKEN
    return found if isinstance(found, int) else 0


def _wrong_usage(error: TyperException) -> int:
    """A mistyped command, in Chinese; help that was asked for is no mistake."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return MUST_CHANGE
    name = getattr(error, "option_name", None) or _parameter(error)
    mistyped = re.match(r"No such command '([^']*)'", error.message)
    if mistyped:
        near = difflib.get_close_matches(mistyped[1], [known for names in FAMILIES.values() for known in names])
        guess = f"是不是 zutong {near[0]}？" if near else "zutong --help 列出全部命令。"
        complain(f"没有命令“{mistyped[1]}”。", guess)
        return MUST_CHANGE
    sentences = {
        "NoSuchOption": f"没有选项 {name}",
        "MissingParameter": f"缺少 {name}",
        "BadParameter": f"{name} 的写法不对：{error.message}",
        "BadOptionUsage": f"选项 {name} 缺少内容",
    }
    complain(f"{sentences.get(kind, f'命令写法不对：{error.message}')}。", "加 --help 查看用法，例如 zutong --help、zutong import --help。")
    return MUST_CHANGE


def _parameter(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    names = [*getattr(parameter, "opts", []), str(getattr(parameter, "metavar", "") or getattr(parameter, "name", "") or "")]
    return next((name for name in names if name.startswith("--")), names[-1] if names else "")


def _speak_utf8() -> None:
    """Chinese on every console, also where Windows or a C locale says otherwise."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
