"""Steps over processes, what of their gradients is exchanged, and the state that an interrupted training leaves."""
