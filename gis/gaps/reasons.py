"""Why a group got its verdict: one code for every reason.

Codes only: the Chinese sentences stand in the legend of the web room, one for each code. A code never changes its meaning once results have
been stored with it.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reason code of one judged indicator, or of the whole service."""

    # Any service.
    MET = "met"  # every indicator is met
    NO_LOCATION = "no_location"  # the group has no geometry
    LAYER_MISSING = "layer_missing"  # a whole layer was not handed over; `missing` names it
    INDICATOR_MISSING = "indicator_missing"  # a field was not filled in; `missing` names it

    # Eligibility.
    ELIGIBLE = "eligible"
    FEW_HOUSEHOLDS = "few_households"  # below the household floor of the set
    WHOLE_RELOCATION = "whole_relocation"  # the whole group is planned to move
    HOUSEHOLDS_UNKNOWN = "households_unknown"  # the household count is missing, so the floor cannot be checked
    RELOCATION_UNKNOWN = "relocation_unknown"  # it is not known whether the whole group is to move

    # Hardened road.
    CONNECTED = "connected"  # within the end distance of a hardened road that reaches the county's network
    NO_ROAD_NEAR = "no_road_near"  # no existing road of any kind within the end distance
    NOT_HARDENED = "not_hardened"  # roads within the end distance, none of them hardened
    NOT_CONNECTED = "not_connected"  # a hardened road within the end distance, cut off from the network
    END_TOO_FAR = "end_too_far"  # the nearest connected hardened road ends beyond the end distance
    SURFACE_UNKNOWN = "surface_unknown"  # it hangs on a road whose surface is not known
    STATUS_UNKNOWN = "status_unknown"  # it hangs on a road not known to be built
    DOUBTFUL_JOINT = "doubtful_joint"  # it hangs on a gap that is either digitising error or a missing piece of road
    TOO_NARROW = "too_narrow"  # pavement narrower than the set asks
    ROADBED_NARROW = "roadbed_narrow"  # roadbed narrower than the set asks
    BAYS_FEW = "bays_few"  # fewer passing bays than the set asks
    BELOW_STANDARD = "below_standard"  # hardened and connected, but not along roads of the asked width and bays
    WIDTH_UNKNOWN = "width_unknown"  # pavement, roadbed or bays of the roads it hangs on are not known

    # Safe water.
    QUANTITY_LOW = "quantity_low"
    QUALITY_BAD = "quality_bad"
    FETCH_TOO_FAR = "fetch_too_far"  # nearest water point too far along the ground
    FETCH_TOO_HIGH = "fetch_too_high"  # nearest water point too far up or down
    NO_WATER_POINT = "no_water_point"  # not piped, and no water point at all
    OUTAGE_LONG = "outage_long"
    HEIGHT_UNKNOWN = "height_unknown"  # no terrain, so the climb to the water point is not known

    # Power.
    TRANSFORMER_FAR = "transformer_far"
    NO_TRANSFORMER = "no_transformer"
    CAPACITY_LOW = "capacity_low"  # kVA per household below the floor
    CAPACITY_UNKNOWN = "capacity_unknown"
    NO_THREE_PHASE = "no_three_phase"
    THREE_PHASE_UNKNOWN = "three_phase_unknown"

    # Telecom.
    STATION_FAR = "station_far"  # no base station of the asked technology within the radius
    NO_STATION = "no_station"
    TECHNOLOGY_UNKNOWN = "technology_unknown"  # a station is near, its technology is not known
    NO_SIGNAL = "no_signal"  # the group reports no signal, and no station is near enough
    COMMITTEE_UNKNOWN = "committee_unknown"  # the radius counts from the village committee, whose place is not known

    # Clinic.
    CLINIC_FAR = "clinic_far"
    NO_CLINIC = "no_clinic"
    CLINIC_SUBSTANDARD = "clinic_substandard"  # a clinic is there, its floor area or doctors fall short
    CLINIC_UNKNOWN = "clinic_unknown"  # a clinic is there, its floor area, doctors or kind are not known

    # School.
    SCHOOL_FAR = "school_far"
    NO_SCHOOL = "no_school"
    SCHOOL_UNKNOWN = "school_unknown"  # a school is there, its kind is not known
