"""The demonstration county, written as the files that bureaus hand over; everything in it is invented."""
