"""An app in a list is not found."""

from sam_deploy import App

apps = [App("shop")]
