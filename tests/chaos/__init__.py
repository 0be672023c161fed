"""Deliveries under every fault at once: errors, lost answers, limits, tokens that end, and workers that are killed."""
