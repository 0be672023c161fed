"""The outside world, one module a provider; `adapters.chooser.live()` is the only place that chooses."""
