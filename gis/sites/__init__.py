"""Where to resettle, who moves, and whether a road would be the better answer."""
