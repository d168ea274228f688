"""A script, not a configuration."""

import sys

sys.exit("run me with make")
