"""Diagnosis of another backward pass: which gradients are wrong, at which stage that begins, and which explanation
fits."""
