"""What follows from the layers: pure functions, frames and standards in, frames out."""
