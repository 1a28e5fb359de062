"""English headings and values, as road, census and health authorities and OpenStreetMap write them, for the fields of the column dictionary.

Kept apart from the Chinese ones, which bureaus of the county write. A heading stands for one field of a layer only; what could mean two (`status`,
`category`) is left to `--rename`. Names are compared without case, blanks and separators, so `hab_name` is `Hab Name`.
"""

from __future__ import annotations

_PLACE = "name"
_NUMBER = "code"  # not `id`: a drawing program fills that with zeros

HEADINGS: dict[str, str] = {
    "lon": "longitude|lng|long|lon deg|long deg|lon dd|long dd|longitude dd|gps longitude|lon wgs84",
    "lat": "latitude|lat deg|lat dd|latitude dd|gps latitude|lat wgs84",
    "east": "x|easting|point_x|xcoord|x coord|x coordinate",
    "north": "y|northing|point_y|ycoord|y coord|y coordinate",
    "data_date": "date|survey date|last update",
    "source": "data source",
    "note": "notes|remarks|comments",
    "county_code": "county id|district code|district id",
    "county_name": "county|district|district name",
    "township_code": "township id|ward code|ward id",
    "township_name": "township|ward|ward name",
    "village_code": "village id|PSGC|barangay code|gp code",
    "village_name": "village|barangay|barangay name|gram panchayat|gram panchayat name|gp name|revenue village",
    "groups.group_code": "habitation code|habitation id|hab code|hab id|settlement id|settlement code|place id|osm id|code",
    "groups.group_name": (
        "habitation|habitation name|hab name|hamlet|settlement|settlement name|place name|sitio|sitio purok|sitio/purok|purok|tola|name"
    ),
    "groups.households_count": "households|HH|HHs|no of HH|no of HHs|no of households|number of households|total households|household count",
    "groups.people_count": "population|total population|tot popula|tot population|pop|people|no of people",
    "households.household_code": "household id|hh id",
    "households.people_count": "household size|hh size|persons|members",
    "roads.road_code": "road id|road no|road number|drrp road|osm id|ref",
    "roads.road_name": "road|street|street name|name",
    "roads.road_class": "highway|fclass|road category|road catego|road type|functional class|class",
    "roads.surface": "surface type|surf type|pavement|pavement type",
    "roads.pavement_width_m": "width|carriageway width|pavement width|road width",
    "roads.roadbed_width_m": "roadbed width|formation width",
    "roads.length_km": "length|road length",
    "roads.built_year": "year built|construction year",
    "water_schemes.scheme_code": _NUMBER,
    "water_schemes.scheme_name": f"{_PLACE}|scheme name",
    "water_points.point_code": f"water point id|row id|{_NUMBER}",
    "water_points.point_kind": "water source|source type|type",
    "transformers.transformer_code": f"transformer id|{_NUMBER}",
    "transformers.transformer_name": f"transformer name|{_PLACE}",
    "transformers.capacity_kva": "capacity|rating|kVA",
    "base_stations.station_code": f"site id|cell id|{_NUMBER}",
    "base_stations.station_name": f"site name|{_PLACE}",
    "base_stations.technology": "radio|type",
    "clinics.clinic_code": f"facility code|facility id|{_NUMBER}",
    "clinics.clinic_name": f"facility name|facility|{_PLACE}",
    "clinics.clinic_kind": "facility type|type|amenity",
    "schools.school_code": f"school id|{_NUMBER}",
    "schools.school_name": f"school|{_PLACE}",
    "schools.school_kind": "school type|level|type",
    "schools.pupils_count": "pupils|students|enrolment|enrollment",
    "settlements.settlement_name": _PLACE,
    "hazards.hazard_name": _PLACE,
    "hazards.hazard_kind": "hazard type|type",
    "redlines.redline_name": _PLACE,
    "rivers.river_name": _PLACE,
}
"""Further headings, parted by bars, by field name or, where it depends on the layer, by layer and field."""

CHOICES: dict[str, str] = {
    "surface.cement_concrete": "PCC|concrete:plates|concrete:lanes|cement concrete",
    "surface.asphalt": "tarmac|tar|black topped|bituminous concrete|chipseal",
    "surface.paved": "metalled",
    "surface.block": "unhewn_cobblestone|bricks|brick paved|stone|stone paved",
    "surface.gravel": "murram|laterite|pebblestone|water bound macadam",
    "surface.earth": "soil|clay|grass|natural",
    "road_class.national": "motorway link|trunk link|national road",
    "road_class.provincial": "primary link|provincial road",
    "road_class.county": "secondary link",
    "road_class.township": "tertiary link|municipal road|rural road other district roads",
    "road_class.village": "barangay road|feeder road|rural road village road|rural road village roads",
    "road_class.group": "track grade1|track grade2|track grade3|track grade4|track grade5|rural road track",
    "road_class.other": "path|footway|cycleway|bridleway|steps|pedestrian|unknown|road|busway|corridor",
    "status.existing": "completed|open",
    "status.building": "under construction|construction|in progress",
    "status.planned": "proposed|sanctioned",
    "point_kind.tap": "standpipe|public tap|kiosk|piped water",
    "point_kind.well": "borehole|tubewell|hand pump|protected well|dug well",
    "point_kind.spring": "protected spring",
    "point_kind.cistern": "tank|rainwater|rainwater harvesting",
    "clinic_kind.village_clinic": "dispensary|health post|sub centre|clinic|barangay health station",
    "clinic_kind.township_hospital": "health centre|health center|primary health centre|rural health unit",
    "clinic_kind.county_hospital": "hospital|district hospital",
    "school_kind.primary": "primary school|elementary|elementary school",
    "school_kind.junior": "junior secondary|junior high school",
    "school_kind.senior": "secondary|secondary school|senior high school",
}
"""Further ways to write a value, parted by bars, by field and value."""


def headings(layer: str, field: str) -> tuple[str, ...]:
    """The English headings of a field of a layer."""
    return tuple(name for key in (f"{layer}.{field}", field) for name in HEADINGS.get(key, "").split("|") if name)


def values(field: str, value: str) -> tuple[str, ...]:
    """How else a value of a field is written in English."""
    return tuple(name for name in CHOICES.get(f"{field}.{value}", "").split("|") if name)
