"""Travel times from one place to four million cells, beside GRASS r.walk, GRASS r.cost and scikit-image on the same rasters in the same run.

Processor seconds of each way, ours and scikit-image's in a process of its own: ratios, not seconds, are what holds on another machine.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SIDE = 2_000
CELL_M = 30.0
TOLERANCE = 1e-3
WALK_RATIO, COST_RATIO, PLAIN_RATIO = 0.8, 1.0, 1.0


def hills(side):
    """Mountain ground: 150 m of relief over 600 m."""
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - not a part of what is measured

    rough = gaussian_filter(np.random.default_rng(1).standard_normal((side, side)), 20)
    return (rough / rough.std() * 150 + 1000).astype(np.float32)


def cover(side):
    """Factors of land, no two alike."""
    return np.random.default_rng(2).uniform(1, 4, (side, side)).astype(np.float32)


def ground(side):
    from gis.grid import Grid  # noqa: PLC0415
    from gis.travel import Surface  # noqa: PLC0415

    return Surface(Grid(0.0, 0.0, CELL_M, side, side), hills(side), cover(side))


def prepared(way, side):
    """What is measured, ready to run."""
    if way == "scikit-image":
        from skimage.graph import MCP_Geometric  # noqa: PLC0415

        price = cover(side).astype(np.float64) * CELL_M
        return lambda: MCP_Geometric(price).find_costs([(side // 2, side // 2)])[0]
    from gis.travel import WalkModel, minutes  # noqa: PLC0415

    kind, neighbours = way.split("_")
    surface, place = ground(side), [[(side // 2 + 0.5) * CELL_M, -(side // 2 + 0.5) * CELL_M]]
    walk = WalkModel(kind, 3.6 if kind == "isotropic" else 5.0)
    return lambda: minutes(surface, place, walk, towards=False, neighbours=int(neighbours)).seconds


def measured(way, side, out):
    """Processor seconds and peak memory of a process of its own, and its times."""
    done = subprocess.run([sys.executable, __file__, way, str(side), str(out)], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout), np.load(out)


def grass(folder, side):
    """Processor seconds and costs of r.walk and r.cost, both with the knight's move."""
    from tests.gis.travel import grass_oracle  # noqa: PLC0415 - the process that is measured does not need it

    if not grass_oracle.is_there():
        return {}
    start = [(side // 2, side // 2)]
    heights, factor = hills(side).astype(np.float64), cover(side).astype(np.float64)
    told = {}
    for way, rasters, command in (
        ("langmuir_16", {"dem": heights, "friction": 0.72 * (factor - 1)}, "r.walk -k elevation=dem friction=friction memory=2000"),
        ("isotropic_16", {"cost": factor * CELL_M}, "r.cost -k input=cost memory=2000"),
    ):
        costs = grass_oracle.run(folder, CELL_M, rasters, command, start)
        told[way] = (grass_oracle.cpu_seconds(folder), costs)
    return told


def say(text):
    sys.stdout.write(f"{text}\n")


@pytest.mark.benchmark(group="travel times of four million cells")
def test_bench_travel_beside_grass_and_scikit_image(benchmark, tmp_path):
    ways = ["scikit-image", "isotropic_8", "isotropic_16", "langmuir_16", "tobler_8", "tobler_16"]
    told = benchmark.pedantic(lambda: {way: measured(way, SIDE, tmp_path / f"{way}.npy") for way in ways}, rounds=1, iterations=1)
    theirs = {"isotropic_8": (told["scikit-image"][0]["cpu_s"], told["scikit-image"][1]), **grass(tmp_path, SIDE)}
    ratio = {}
    for way, (result, seconds) in told.items():
        beside = ""
        if way in theirs:
            ratio[way] = result["cpu_s"] / theirs[way][0]
            beside = f", {ratio[way]:.2f} of the {theirs[way][0]:.1f} s of the other tool"
            assert np.allclose(seconds, theirs[way][1], rtol=TOLERANCE, atol=0)
        say(f"\n{way}: {result['cpu_s']:.2f} s of processor time{beside}, peak {result['peak_mb']:.0f} MB")
    benchmark.extra_info |= {"ways": {way: result for way, (result, _) in told.items()}, "ratio": ratio}
    assert ratio["isotropic_8"] <= PLAIN_RATIO
    assert ratio.get("langmuir_16", 0.0) <= WALK_RATIO
    assert ratio.get("isotropic_16", 0.0) <= COST_RATIO


def main(way, side, out):
    prepared(way, 60)()  # compiles
    work = prepared(way, side)
    start = time.process_time()
    seconds = work()
    spent = time.process_time() - start
    np.save(out, seconds)
    say(json.dumps({"cpu_s": spent, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
