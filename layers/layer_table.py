"""Every layer with its fields: names, labels, units, and the headings under which bureaus write them.

The layers stand in `layers/table_*.py` by what they are about; here they are put together, in the order in which they are named to people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.table_ground import GROUND
from layers.table_people import PEOPLE
from layers.table_relocation import RELOCATION
from layers.table_results import RESULTS
from layers.table_services import SERVED

if TYPE_CHECKING:
    from layers.field_kinds import Layer

TABLE: tuple[Layer, ...] = (*PEOPLE, *SERVED, *RELOCATION, *GROUND, *RESULTS)
