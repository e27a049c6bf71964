"""The teaching notebook: its operations' network, its output, and how it deviates from the exact step."""
