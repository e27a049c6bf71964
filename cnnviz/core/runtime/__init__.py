"""Memory, threads and cancelling, for all of the core."""
