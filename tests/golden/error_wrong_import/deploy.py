"""A slip in a name."""

from sam_deploy import App, Functoin

app = App("shop")
