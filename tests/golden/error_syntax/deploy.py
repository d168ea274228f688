"""A comma is missing."""

from sam_deploy import App

app = App(
    name="shop"
    home_region="eu-west-1",
)
