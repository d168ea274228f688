"""The file asks for a variable that is not set."""

import os

from sam_deploy import App


def region():
    return os.environ["A_VARIABLE_THAT_NOBODY_SETS"]


app = App("shop", home_region=region())
