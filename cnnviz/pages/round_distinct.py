"""Rounding of two numbers in one sentence so that different numbers print differently."""


def round_distinct(a: float, b: float) -> tuple[float, float]:
    """Round both numbers to four significant digits, or to as many as they need to differ, and to be 1 only if they are 1.

    >>> round_distinct(0.999791, 0.999814), round_distinct(0.5, 3.14159), round_distinct(0.99996, 0.99982)
    ((0.99979, 0.99981), (0.5, 3.142), (0.99996, 0.99982))
    """
    texts = ((float(f"{a + 0.0:.{digits}g}"), float(f"{b + 0.0:.{digits}g}")) for digits in range(4, 18))
    pairs = (
        pair
        for pair in texts
        if pair[0] != pair[1]
        and not any(abs(rounded) == 1 != abs(value) for rounded, value in zip(pair, (a, b), strict=True))
    )
    return next(pairs, (float(a) + 0.0, float(b) + 0.0))
