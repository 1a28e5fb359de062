"""Water: schemes, who drinks from which, the four indicators, and the springs of those who fetch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.demo.services import beside, with_holes

if TYPE_CHECKING:
    from layers.demo.grid import Floats, Ints, Mask

GROUPS_PER_DISPERSED = 4


def build_water(groups: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Schemes, water points, and the groups' own water columns (rows as in `groups`)."""
    central = rng.random(len(groups)) < 0.80 - 0.45 * groups["remote"].to_numpy()
    part = (groups["number"].to_numpy() - 1) // GROUPS_PER_DISPERSED
    key = pd.DataFrame({"village": groups["village"], "central": central, "part": np.where(central, -1, part)})
    scheme = key.groupby(["village", "central", "part"], sort=True).ngroup().to_numpy(dtype=np.int64)
    schemes = _schemes(groups, np.asarray(scheme, dtype=np.int64), central, rng)
    own = _of_groups(groups, schemes["scheme_code"].to_numpy()[scheme], central, rng)
    return schemes, _points(groups, own, rng), own


def _schemes(groups: pd.DataFrame, scheme: Ints, central: Mask, rng: np.random.Generator) -> pd.DataFrame:
    by = groups.assign(scheme=scheme, central=central).groupby("scheme", sort=True)
    first = by[["x", "y", "central", "village_name"]].first()
    size = len(first)
    big = first["central"].to_numpy()
    points = beside(first[["x", "y"]].to_numpy(), rng, near=60.0, far=500.0)
    litres = np.where(big, rng.normal(68, 12, size), rng.normal(50, 8, size)).clip(18, 120).round()
    days = np.where(big, rng.integers(0, 22, size), _dry_days(size, rng)).astype(float)
    good = rng.choice(["检测合格", "合格", "不合格"], size, p=[0.7, 0.27, 0.03])
    poor = rng.choice(["感官良好", "无异味", "望闻问尝合格", "浑浊", ""], size, p=[0.5, 0.2, 0.2, 0.03, 0.07])
    quality = pd.Series(np.where(big, good, poor), dtype=object)
    codes = [f"GS{n:04d}" for n in range(1, size + 1)]
    return pd.DataFrame(
        {
            "x": points[:, 0],
            "y": points[:, 1],
            "scheme_code": codes,
            "scheme_name": [f"{name}示意供水工程{n}" for n, name in enumerate(first["village_name"], start=1)],
            "scheme_kind": np.where(big, "集中供水", "分散供水"),
            "water_litres_pcd": with_holes(pd.Series(litres), 0.05, rng),
            "water_quality": quality.mask(quality == ""),
            "water_outage_days": with_holes(pd.Series(days), 0.06, rng),
            "served_people_count": by["people_count"].sum().to_numpy(),
        }
    )


def _of_groups(groups: pd.DataFrame, code: np.ndarray, central: Mask, rng: np.random.Generator) -> pd.DataFrame:
    size, remote = len(groups), groups["remote"].to_numpy()
    piped = pd.Series(np.where(rng.random(size) < np.where(central, 0.98, 0.84 - 0.15 * remote), "是", "否"), dtype=object)
    litres = pd.Series(np.where(central, rng.normal(66, 12, size), rng.normal(50, 8, size)).clip(14, 130).round())
    quality = pd.Series(np.where(central, "合格", rng.choice(["感官良好", "基本合格", "不达标"], size, p=[0.74, 0.24, 0.02])), dtype=object)
    days = pd.Series(np.where(central, rng.integers(0, 20, size), _dry_days(size, rng)).astype(float))
    return pd.DataFrame(
        {
            "water_scheme_code": with_holes(pd.Series(code, dtype=object), 0.03, rng),
            "piped_water": with_holes(piped, 0.03, rng),
            "water_litres_pcd": with_holes(litres, 0.05, rng),
            "water_quality": with_holes(quality, 0.05, rng),
            "water_outage_days": with_holes(days, 0.05, rng),
        }
    )


def _dry_days(size: int, rng: np.random.Generator) -> Floats:
    """Days a year without water of small supplies: mostly a few, for one in twenty-five more than a month."""
    return np.asarray(np.minimum(rng.gamma(2.0, 6.0, size), 62.0).round())


def _points(groups: pd.DataFrame, own: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Where groups without a tap at home fetch water, and public taps of some schemes."""
    piped = own["piped_water"].to_numpy() == "是"
    drawn = rng.random(len(groups))
    fetch = groups[~piped & (drawn < 0.95)]
    tap = groups[piped & (drawn < 0.06) & own["water_scheme_code"].notna().to_numpy()]
    both = pd.concat((fetch, tap))
    points = np.vstack(
        (beside(fetch[["x", "y"]].to_numpy(), rng, near=40.0, far=560.0), beside(tap[["x", "y"]].to_numpy(), rng, near=10.0, far=150.0))
    )
    kind = np.concatenate((rng.choice(["山泉", "山泉", "水井", "小水窖"], len(fetch)), np.repeat("公共水龙头", len(tap))))
    quality = pd.Series(rng.choice(["感官良好", "基本合格", "浑浊"], len(both), p=[0.7, 0.22, 0.08]), dtype=object)
    scheme = pd.Series(own["water_scheme_code"].to_numpy()[both.index], dtype=object).where(np.arange(len(both)) >= len(fetch))
    return pd.DataFrame(
        {
            "x": points[:, 0],
            "y": points[:, 1],
            "point_code": [f"QS{n:04d}" for n in range(1, len(both) + 1)],
            "point_kind": kind,
            "scheme_code": scheme,
            "water_quality": with_holes(quality, 0.15, rng),
        }
    )
