"""What learned models are made of, in the order in which a pixel passes through it."""
