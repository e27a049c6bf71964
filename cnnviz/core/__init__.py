"""The network, the setup and everything computed from them: NumPy and the standard library only."""
