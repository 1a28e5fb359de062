"""What the county has: typed layers, reading, checking, the store."""
