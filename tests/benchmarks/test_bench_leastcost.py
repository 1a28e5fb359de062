"""Least-cost ways from one cell to nine million others, beside scikit-image on the same surface in the same run.

Processor seconds and peak memory of a process of its own for each way: ratios, not seconds, are what holds on another machine.
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
SIDE = 3_000
CELL_M = 30.0
LINKS_SIDE = 1_225
PLAIN_RATIO, GRADED_RATIO, LINKS_SECONDS = 1.0, 3.0, 10.0


def surface(side):
    """Prices from 1 to 10, no two alike."""
    return np.random.default_rng(0).uniform(1, 10, (side, side)).astype(np.float32)


def hills(side):
    """Mountain ground: 150 m of relief over 600 m, one cell in fifty forbidden, rivers."""
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - not a part of what is measured

    from gis.roads.ground import Ground  # noqa: PLC0415

    random = np.random.default_rng(1)
    rough = gaussian_filter(random.standard_normal((side, side)), 20)
    factor = np.where(random.random((side, side)) < 0.02, np.inf, 1 + (random.random((side, side)) < 0.1))
    factor[side // 2, side // 2] = 1
    river = np.abs(gaussian_filter(random.standard_normal((side, side)), 30)) < 0.0003
    heights = (rough / rough.std() * 150 + 1000).astype(np.float32)
    return Ground(heights, factor.astype(np.float32), river, np.zeros((side, side), np.uint8), (), 0.0, 0.0, CELL_M, None)


def rules(neighbours):
    from gis.neighbours import neighbour_offsets  # noqa: PLC0415
    from gis.roads.steps import StepModel  # noqa: PLC0415

    earthwork = 50 + 2000 * np.linspace(0, 2, 256) ** 2
    return StepModel(CELL_M, 400.0, 2.0, 0.12, 0.08, 2000.0, earthwork, 9e5, 1.5, neighbour_offsets(neighbours))


def prepared(way, side):
    """What is measured, ready to run."""
    from gis.roads.leastcost import links, spread, spread_plain  # noqa: PLC0415

    middle = [[side // 2, side // 2]]
    if way == "scikit-image":
        from skimage.graph import MCP_Geometric  # noqa: PLC0415

        price = surface(side)
        return lambda: MCP_Geometric(price).find_costs(middle)[0]
    if way == "spread_plain":
        price = surface(side)
        return lambda: spread_plain(price, middle).cost
    place = hills(side)
    if way == "links":
        return lambda: links(place, rules(16))[2]
    neighbours = int(way.removeprefix("spread_"))
    return lambda: spread(place, rules(neighbours), middle).cost


def measured(way, side):
    """Processor seconds, peak memory and a digest of the costs, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, way, str(side)], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def say(text):
    sys.stdout.write(f"{text}\n")


@pytest.mark.benchmark(group="least cost of nine million cells")
def test_bench_one_to_all_beside_scikit_image(benchmark):
    ways = ["scikit-image", "spread_plain", "spread_8", "spread_16", "spread_32"]
    told = benchmark.pedantic(lambda: {way: measured(way, SIDE) for way in ways}, rounds=1, iterations=1)
    theirs = told["scikit-image"]["cpu_s"]
    for way, result in told.items():
        result["ratio"] = result["cpu_s"] / theirs
        say(f"\n{way}: {result['cpu_s']:.2f} s of processor time, {result['ratio']:.2f} of scikit-image, peak {result['peak_mb']:.0f} MB")
    benchmark.extra_info |= told
    assert told["spread_plain"]["total"] == pytest.approx(told["scikit-image"]["total"], rel=1e-12)
    assert told["spread_plain"]["ratio"] <= PLAIN_RATIO
    assert told["spread_16"]["ratio"] <= GRADED_RATIO
    assert told["spread_plain"]["peak_mb"] < told["scikit-image"]["peak_mb"]


@pytest.mark.benchmark(group="links of a county's planning grid")
def test_bench_links_of_a_million_and_a_half_cells(benchmark):
    told = benchmark.pedantic(lambda: measured("links", LINKS_SIDE), rounds=1, iterations=1)
    benchmark.extra_info |= told
    say(f"\n{told['count']:,} links of {LINKS_SIDE**2:,} cells: {told['cpu_s']:.2f} s of processor time, peak {told['peak_mb']:.0f} MB")
    assert told["cpu_s"] < LINKS_SECONDS


def main(way, side):
    prepared(way, 60)()  # compiles
    work = prepared(way, side)
    start = time.process_time()
    cost = work()
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    finite = cost[np.isfinite(cost)]
    say(json.dumps({"cpu_s": spent, "peak_mb": peak, "count": int(finite.size), "total": float(finite.sum())}))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1], int(sys.argv[2]))
