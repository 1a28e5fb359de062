"""Road or move: for every group without a road, what costs the public less, decided for all groups together."""
