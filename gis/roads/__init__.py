"""Which roads first: alignments over terrain, shared trunks, and a programme under a budget."""
