"""The demonstration county: real names and outline, synthetic everything else, written as the files bureaus hand over."""

from layers.demo.county import build_county
from layers.demo.manifest import Fault, HandedFile, Manifest, read_manifest

__all__ = ["Fault", "HandedFile", "Manifest", "build_county", "read_manifest"]
