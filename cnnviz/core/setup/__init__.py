"""The setup, its fields, and how they are read from an address."""
