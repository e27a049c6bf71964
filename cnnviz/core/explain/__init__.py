"""Where one number comes from: its terms, its formula, its rounding."""
