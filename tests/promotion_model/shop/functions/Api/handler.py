"""Never run: the model is about aliases."""


def handler(event: object, context: object) -> None:
    """Do nothing."""
