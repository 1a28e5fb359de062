"""How an order weighs the criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gis.sites.weighing import Weighing

if TYPE_CHECKING:
    from collections.abc import Mapping


def weighing_of(options: Mapping[str, Any]) -> Weighing:
    """The weights of an order (`api.site_models.Weighing`, as JSON)."""
    judged = options["judgements"]
    pairs = {(str(first), str(second)): float(times) for first, second, times in judged["pairs"]} if judged else {}
    index = {"random_index": judged["random_index"]} if judged else {}
    return Weighing(
        weights=options["weights"],
        judgements=pairs,
        name=options["weights_name"],
        spread=options["spread"],
        method=options["method"],
        draws=options["draws"],
        **index,
    )
