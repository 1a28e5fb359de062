"""Runs: read layers, call one function of `gis`, commit what it returns. Both doors start them; nothing else writes to a workspace."""
