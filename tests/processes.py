"""The variables that recense's own processes start with in tests."""

import os
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"


def environment(*folders: Path) -> dict[str, str]:
    """Returns this process's variables, with the checkout's source and ``folders`` first on the path of modules.

    The path is not copied from ``sys.path``: what a library or another test has put there would come before the
    standard library, and a folder with a ``math.py`` in it (odfpy's) has already stopped a worker from starting.
    """
    paths = [*map(str, folders), str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
