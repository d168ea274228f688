"""Half an app."""

from sam_deploy import App, Function

app = App("shop", functions=[Function("Api")])
