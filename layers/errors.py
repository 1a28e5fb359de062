"""The one error tree.

Every error that a user can cause holds one clear Chinese sentence (what is wrong, where, what is expected) and, where there is one,
a way out. The command line prints it, HTTP sends the same sentence as problem+json; only `api` knows exit codes and status codes.

    ZutongError
    ├── InputError            a file that comes in is wrong
    │   ├── UnknownFormat     its kind cannot be read
    │   ├── HostileFile       it is refused for safety (too large, driver not allowed, path outside)
    │   ├── BadEncoding       its text is neither UTF-8 nor GB18030
    │   ├── MissingCRS        it does not say its coordinate system
    │   └── MissingField      a required column is not there
    ├── UnknownLayer          no such layer in the dictionary
    ├── StoreError            the workspace cannot do what was asked
    │   ├── WorkspaceNotFound
    │   ├── WorkspaceExists
    │   ├── RevisionNotFound
    │   ├── LayerNotFound     the layer is known but this county has none
    │   ├── WorkspaceLocked
    │   └── DamagedWorkspace
    ├── StandardError         a standard set cannot be found, read or merged
    ├── FetchError            a download is impossible or not what was pinned
    └── QueryError            a filter, code or parameter that cannot be answered
"""

from __future__ import annotations


class ZutongError(Exception):
    """Base of all errors that a user may see; `str(error)` is the sentence."""

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


class InputError(ZutongError):
    """Something about an input file; holds the facts beside the sentence."""

    def __init__(
        self,
        sentence: str,
        *,
        file: str = "",
        row: int | None = None,
        field: str = "",
        value: str = "",
        expected: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.file = file
        self.row = row
        self.field = field
        self.value = value
        self.expected = expected


class UnknownFormat(InputError):
    """The file's kind cannot be read."""


class HostileFile(InputError):
    """The file is refused for safety."""


class BadEncoding(InputError):
    """The file's text is neither strict UTF-8 nor GB18030."""


class MissingCRS(InputError):
    """The file does not say its coordinate system, and none was declared."""


class MissingField(InputError):
    """A column without which the layer has no meaning is not there."""


class UnknownLayer(ZutongError):
    """No such layer in the dictionary."""


class StoreError(ZutongError):
    """The workspace cannot do what was asked."""


class WorkspaceNotFound(StoreError):
    """The folder is not a workspace."""


class WorkspaceExists(StoreError):
    """The folder already holds something."""


class RevisionNotFound(StoreError):
    """No revision, branch or unique prefix of that name."""


class LayerNotFound(StoreError):
    """The layer is known, but this revision has none."""


class WorkspaceLocked(StoreError):
    """Another process is writing."""


class DamagedWorkspace(StoreError):
    """A file of the workspace is missing or not what its hash says."""


class StandardError(ZutongError):
    """A standard set cannot be found, read or merged."""


class FetchError(ZutongError):
    """A download is impossible, or not what was pinned."""


class QueryError(ZutongError):
    """A filter, code or parameter that cannot be answered."""
