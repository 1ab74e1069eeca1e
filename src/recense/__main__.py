"""``python -m recense`` is the command line."""

import sys

from recense.cli import main

if __name__ == "__main__":
    sys.exit(main())
