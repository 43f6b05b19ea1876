"""Learned models, one module each: what they are made of, how they learn, how they score."""
