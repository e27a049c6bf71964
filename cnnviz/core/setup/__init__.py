"""The setup, its fields, and the parser of addresses."""
