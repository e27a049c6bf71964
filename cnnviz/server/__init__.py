"""HTTP layer for any ASGI application: pages' numbers as resources, a bounded compute queue, rate limits and security
headers."""
