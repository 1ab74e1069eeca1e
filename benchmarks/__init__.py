"""Speed and accuracy, measured; not part of the wheel."""
