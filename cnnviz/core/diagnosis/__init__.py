"""The gradients of another backward pass beside ours: which arrays differ, at which stage that begins, and which explanation it looks like."""
