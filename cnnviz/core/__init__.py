"""The network, the setup and everything computed from them. Depends only on NumPy and the standard library."""
