"""The teaching notebook: its network, its printed output, and its deviations from the exact step."""
