"""What a planner holds important, and what follows from it: weights from judgements, ranks of parcels, and how sure the ranks are.

`ahp` turns paired judgements into weights and refuses judgements that contradict each other; `weights` keeps named sets of weights; `scoring` adds scores up
or measures their distance from the ideal; `sampling` draws weights from declared ranges; `acceptability` counts how often each parcel takes each rank;
`changes` finds the weight that would have to move; `ranking` puts it all beside the parcels. Nothing here knows a map.
"""

from gis.sites.criteria.acceptability import Acceptability, rank_acceptability
from gis.sites.criteria.ahp import Ahp, ahp, judge, judgement_matrix
from gis.sites.criteria.random_index import RANDOM_INDICES
from gis.sites.criteria.ranking import Ranking, rank_parcels
from gis.sites.criteria.sampling import sample_weights
from gis.sites.criteria.scoring import topsis, weighted_sum
from gis.sites.criteria.weight_frames import read_weight_sets, weight_frame
from gis.sites.criteria.weights import WeightSet, ahp_set, direct_set, parse_weights

__all__ = [
    "RANDOM_INDICES",
    "Acceptability",
    "Ahp",
    "Ranking",
    "WeightSet",
    "ahp",
    "ahp_set",
    "direct_set",
    "judge",
    "judgement_matrix",
    "parse_weights",
    "rank_acceptability",
    "rank_parcels",
    "read_weight_sets",
    "sample_weights",
    "topsis",
    "weight_frame",
    "weighted_sum",
]
