"""Networks: their text, layers, losses and optimizers, and the forward and backward passes as lists of operations."""
