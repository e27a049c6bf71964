"""The origin of a number: its terms, its formula and its round-off."""
