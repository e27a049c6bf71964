"""The network, the lesson and everything computed from them: NumPy and the standard library only."""
