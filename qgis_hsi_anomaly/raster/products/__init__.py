"""Files of imaging spectrometers as their users download them: one module a product."""
