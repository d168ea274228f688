"""The embedded cloud on the command line: its life, events that are sent to it, and faults."""
