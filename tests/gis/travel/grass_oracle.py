"""GRASS as an oracle: r.walk and r.cost on the same rasters, in a location of their own that is thrown away."""

import os
import shutil
import subprocess

import numpy as np

NULL = -1e30


def is_there():
    return shutil.which("grass") is not None


def run(folder, cell_m, rasters, command, start):
    """Double-precision `out` of a module, NaN where it is null; its processor seconds stand in `cpu.txt`.

    Args:
        folder: scratch.
        cell_m: side of a cell.
        rasters: name and array; NaN is null.
        command: the module with its arguments but for `output` and `start_coordinates`.
        start: (row, column) cells.
    """
    rows, columns = next(iter(rasters.values())).shape
    at = ",".join(f"{(column + 0.5) * cell_m},{(rows - row - 0.5) * cell_m}" for row, column in start)
    edges = f"north={rows * cell_m} south=0 east={columns * cell_m} west=0"
    lines = [f"g.region n={rows * cell_m} s=0 e={columns * cell_m} w=0 rows={rows} cols={columns}"]
    for name, array in rasters.items():
        np.where(np.isnan(array), NULL, array).astype("<f8").tofile(folder / f"{name}.bin")
        lines.append(f"r.in.bin -d --quiet input={folder}/{name}.bin output={name} bytes=8 {edges} rows={rows} cols={columns} anull={NULL:g}")
    lines += ["TIMEFORMAT='%U %S'", f"{{ time {command} output=out start_coordinates={at} --quiet ; }} 2> {folder}/cpu.txt"]
    lines += [f"r.out.bin -f --quiet input=out output={folder}/out.bin bytes=8 null={NULL:g}"]
    script = folder / "run.sh"
    script.write_text("set -e\n" + "\n".join(lines) + "\n", encoding="utf-8")
    home = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "GRASS_SKIP_MAPSET_OWNER_CHECK": "1"}
    done = subprocess.run(["grass", "--tmp-location", "XY", "--exec", "bash", str(script)], capture_output=True, text=True, env=home, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    out = np.fromfile(folder / "out.bin", "<f8").reshape(rows, columns)
    return np.where(out == NULL, np.nan, out)


def cpu_seconds(folder):
    """Processor seconds of the module that ran last in a folder."""
    told = (folder / "cpu.txt").read_text(encoding="utf-8").split()
    return float(told[-2]) + float(told[-1])
