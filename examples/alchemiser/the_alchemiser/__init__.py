"""The Alchemiser: strategies in a language of their own, traded on paper."""
