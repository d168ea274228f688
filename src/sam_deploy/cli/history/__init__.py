"""What was released, by whom, and whether that can be trusted: `history`, `release`, `audit`."""
