"""Standards are data: sets of thresholds with source and confidence, merged for a county."""

from gis.standards.files import StandardSet, list_standards, usual_set
from gis.standards.load import load_standard
from gis.standards.rules import ClinicRule, Eligibility, NetworkRule, PowerRule, RoadRule, SchoolRule, TelecomRule, WaterRule
from gis.standards.standard import Standard
from gis.standards.values import CONFIDENCE_LABELS, Threshold

__all__ = [
    "CONFIDENCE_LABELS",
    "ClinicRule",
    "Eligibility",
    "NetworkRule",
    "PowerRule",
    "RoadRule",
    "SchoolRule",
    "Standard",
    "StandardSet",
    "TelecomRule",
    "Threshold",
    "WaterRule",
    "list_standards",
    "load_standard",
    "usual_set",
]
