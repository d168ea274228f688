"""What ends a workflow without being tried again."""


class WorkflowError(Exception):
    """Something that a second try would not change; the message is for people."""
