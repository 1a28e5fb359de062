"""The commands, one family a file; each only reads its arguments, starts a run and prints what came of it."""
