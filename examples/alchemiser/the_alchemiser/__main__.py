"""`python examples/alchemiser/the_alchemiser`: see main.py."""

import sys

from main import main

sys.exit(main())
