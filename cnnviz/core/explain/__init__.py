"""Where a number comes from: its terms, its formula and its round-off."""
