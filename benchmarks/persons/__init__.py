"""What the index of people adds to a scan."""
