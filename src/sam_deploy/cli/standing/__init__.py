"""Commands about what stands in AWS: its state, its outputs, its end, its way out of trouble."""
