"""What runs, in which order: plain steps, and thin Prefect flows over them."""
