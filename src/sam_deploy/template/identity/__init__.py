"""Who people are: user pools with their clients, and the ids that functions read. Pure."""
