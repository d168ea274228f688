"""What carries messages: queues, topics, event buses, rules, schedules, who may deliver. Pure."""
