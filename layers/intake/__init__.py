"""Files in, frames out: reading, checking, matching; every doubt is a row.

`read_layer` is the door. Importing this package locks GDAL (see `safety`) before anything opens a file.
"""

from __future__ import annotations

from layers.intake import safety
from layers.intake.problems import PROBLEM_COLUMNS
from layers.intake.readers import read_layer
from layers.intake.report import Intake

__all__ = ["PROBLEM_COLUMNS", "Intake", "read_layer", "safety"]
