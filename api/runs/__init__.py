"""Runs: read layers, call one function of `gis`, commit what it returns. Both doors start them; nothing else writes to a workspace."""

from api.runs.assess import assess_county
from api.runs.checks import check_county
from api.runs.imports import ImportOptions, ImportReport, import_file
from api.runs.tiles import refresh_tiles

__all__ = ["ImportOptions", "ImportReport", "assess_county", "check_county", "import_file", "refresh_tiles"]
