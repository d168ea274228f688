"""dzgro's HTTP API. Uses the layer dzgroshared beside it."""
