"""``python -m benchmarks.dashboard``; see ``measure``."""

from benchmarks.dashboard.measure import main

if __name__ == "__main__":
    main()
