"""Question 1: who is not covered, and why."""
