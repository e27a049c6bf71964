"""The network: its text, layers, losses and optimizers, and the passes as lines of code."""
