"""Rounding of two numbers in one sentence so that different numbers print differently."""


def round_distinct(a: float, b: float) -> tuple[float, float]:
    """Round both numbers to four significant digits, or to as many as they need to differ.

    >>> round_distinct(0.999791, 0.999814), round_distinct(0.5, 3.14159)
    ((0.99979, 0.99981), (0.5, 3.142))
    """
    texts = ((f"{a + 0.0:.{digits}g}", f"{b + 0.0:.{digits}g}") for digits in range(4, 18))
    first, second = next((pair for pair in texts if pair[0] != pair[1]), (repr(float(a) + 0.0), repr(float(b) + 0.0)))
    return float(first), float(second)
