"""What all functions share: events, the ledger, market data, settings."""
