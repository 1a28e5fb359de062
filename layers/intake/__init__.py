"""Files in, frames out: reading, checking, matching; every doubt is a row."""
