"""From scores to decisions: thresholds with a stated false-alarm rate, and the objects above them."""
