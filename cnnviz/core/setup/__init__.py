"""What a page is a function of: the setup, its fields, and how they are read from an address."""
