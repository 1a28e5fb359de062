"""The road network: lines joined by a pairwise rule, in a certain and an optimistic view (docs/network.md)."""

from gis.network.anchors import ANCHOR_LABELS, Anchors, find_anchors
from gis.network.build import Network, build_network
from gis.network.components import components, connected
from gis.network.deciding import deciding_joints
from gis.network.findings import FINDING_LABELS, free_ends, isolated_pieces
from gis.network.joints import JOINT_LABELS
from gis.network.lines import LEFT_OUT, NOTE_LABELS
from gis.network.masks import existing_mask, hardened_mask, standard_mask

__all__ = [
    "ANCHOR_LABELS",
    "FINDING_LABELS",
    "JOINT_LABELS",
    "LEFT_OUT",
    "NOTE_LABELS",
    "Anchors",
    "Network",
    "build_network",
    "components",
    "connected",
    "deciding_joints",
    "existing_mask",
    "find_anchors",
    "free_ends",
    "hardened_mask",
    "isolated_pieces",
    "standard_mask",
]
