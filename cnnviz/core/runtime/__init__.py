"""Caches, read-only arrays, threads and cancellation for the whole core."""
