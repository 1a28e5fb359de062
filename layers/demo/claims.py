"""What the groups' list says of power, water and signal: as things are, but for a handful that claim what they do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.demo.manifest import Fault
from layers.demo.services import with_holes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.demo.grid import Floats, Ints, Mask

NEAR_M = 500.0
"""A transformer or a water point that is farther is of no use."""
KVA = 2.0
LITRES = 35.0
FALSE_CLAIMS = {"reported_power": 5, "reported_safe_water": 8}
_WORDS = {"reported_power": "用电（通电）", "reported_safe_water": "饮水安全"}
_BAD = ("不合格", "不达标", "浑浊")


def list_services(groups: pd.DataFrame, frames: Mapping[str, pd.DataFrame], rng: np.random.Generator) -> pd.DataFrame:
    """The groups with three phases as at their transformer, signal as their village has it, and honest reports; some cells are left blank."""
    transformers = frames["transformers"]
    phases = pd.Series(transformers["three_phase_power"].to_numpy(dtype=object)[_nearest(groups, transformers)[1]])
    phases = phases.fillna("是").mask((_nearest(groups, transformers)[0] > NEAR_M) & (rng.random(len(groups)) < 0.5), "否")
    silent = groups["village_code"].isin(_silent_villages(frames["committees"], frames["base_stations"])).to_numpy()
    signal = pd.Series(np.where(rng.random(len(groups)) < np.where(silent, 0.3, 0.99), "是", "否"), dtype=object)
    listed = groups.assign(three_phase_power=with_holes(phases, 0.02, rng), signal_4g=with_holes(signal, 0.03, rng))
    power, water = short_of_power(listed, transformers), short_of_water(listed, frames["water_schemes"], frames["water_points"])
    return listed.assign(
        whole_relocation=np.where(groups["whole_relocation"], "是", "否"),
        reported_power=with_holes(_said(~power), 0.01, rng),
        reported_safe_water=with_holes(_said(~water), 0.02, rng),
    )


def plant_claims(groups: pd.DataFrame, *, file: str, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Fault]]:
    """Groups that surely lack power or water by the files, and report to have it."""
    here = (groups["whole_relocation"] != "是").to_numpy()
    lacking = {
        "reported_power": (groups["three_phase_power"] == "否").to_numpy() & here,
        "reported_safe_water": (groups["water_litres_pcd"] < LITRES).to_numpy() & here,
    }
    out, faults = groups, []
    for column, rows in lacking.items():
        free = np.flatnonzero(rows)
        false = np.sort(rng.choice(free, min(FALSE_CLAIMS[column], -(-len(free) // 3)), replace=False))
        codes = tuple(groups["group_code"].iloc[false])
        if codes:
            what = f"{len(codes)} 个村民组上报“{_WORDS[column]}”，但同一张表里的指标达不到标准"
            faults.append(Fault("", column.replace("reported", "reported_conflict"), "groups", file, what, codes, "gaps", codes))
        out = out.assign(**{column: out[column].mask(np.isin(np.arange(len(out)), false), "是")})
    return out, faults


def short_of_power(groups: pd.DataFrame, transformers: pd.DataFrame) -> Mask:
    """Groups whose nearest transformer is far, too small for all that are nearest to it, or without three phases."""
    away, row = _nearest(groups, transformers)
    load = np.bincount(row, groups["households_count"], len(transformers))
    small = transformers["capacity_kva"].to_numpy()[row] < KVA * load[row]
    return np.asarray((away > NEAR_M) | small | (groups["three_phase_power"] == "否").to_numpy())


def short_of_water(groups: pd.DataFrame, schemes: pd.DataFrame, points: pd.DataFrame) -> Mask:
    """Groups with too little or bad water, or that fetch it from afar; their own figures go before those of their scheme."""
    served = schemes.set_index("scheme_code").reindex(groups["water_scheme_code"]).reset_index(drop=True)
    own = groups.reset_index(drop=True)
    litres = own["water_litres_pcd"].fillna(served["water_litres_pcd"])
    quality = own["water_quality"].fillna(served["water_quality"])
    afar = (own["piped_water"] != "是").to_numpy() & (_nearest(groups, points)[0] > NEAR_M)
    return np.asarray((litres < LITRES).to_numpy() | quality.isin(_BAD).to_numpy() | afar)


def _said(have: Mask) -> pd.Series:
    return pd.Series(np.where(have, "是", "否"), dtype=object)


def _nearest(groups: pd.DataFrame, assets: pd.DataFrame) -> tuple[Floats, Ints]:
    away, row = cKDTree(assets[["x", "y"]].to_numpy()).query(groups[["x", "y"]].to_numpy())
    return away, row


def _silent_villages(committees: pd.DataFrame, stations: pd.DataFrame) -> list[str]:
    """Villages whose committee has no 4G or 5G station within five kilometres."""
    modern = stations[stations["technology"] != "2G"]
    away = cKDTree(modern[["x", "y"]].to_numpy()).query(committees[["x", "y"]].to_numpy())[0]
    return [str(code) for code in committees.loc[away > 5000.0, "village_code"]]
