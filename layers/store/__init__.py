"""Revisions on files: what the county had, has, and would have."""
