"""Letters of options, from what was found to hold."""


def wrong(holds: dict[str, bool]) -> list[str]:
    """Return the letters of the statements that do not hold."""
    return [letter for letter, one in holds.items() if not one]


def true_ones(holds: dict[str, bool]) -> list[str]:
    """Return the letters of what holds."""
    return [letter for letter, one in holds.items() if one]
