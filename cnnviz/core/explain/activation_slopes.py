"""The slope of an activation over z: correct, and with a mistake."""

import numpy as np

from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.line_overrides import arguments


def slopes(placed_mistake: PlacedMistake, z: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the correct slope at each entry of `z` (M,) and the factor that the mistaken line multiplies by. None if
    the mistake does not override the gradient of an activation.

    >>> from cnnviz.core.mistakes import mistake_at
    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> right, wrong = slopes(mistake_at("sigmoid_prime_of_z", Network.parse(DEFAULT)), np.array([0.0, 2.0]))
    >>> right.round(3).tolist(), wrong.tolist()
    ([0.25, 0.105], [0.0, -2.0])
    """
    line_overrides = placed_mistake.line_overrides
    if placed_mistake.place is None or [change.role for change in line_overrides] != ["dx"]:
        return None
    layer, function = placed_mistake.network.layers[placed_mistake.place], line_overrides[0].function
    if not isinstance(layer, Activation):
        return None
    lines = layer.calls((z.size,))
    settings = lines["dx"].settings
    if set(arguments(function)) - {"dy", "x", "y", "exact", *settings}:
        return None
    values = {"x": z, "y": lines["y"].make({"x": z})}

    def right_and_wrong(dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inputs = values | {"dy": dy}
        correct_dx = lines["dx"].make(inputs)
        argument_values: dict[str, object] = {**inputs, **settings, "exact": correct_dx}
        return correct_dx, function(**{name: argument_values[name] for name in arguments(function)})

    (right, wrong), (_, doubled) = right_and_wrong(np.ones_like(z)), right_and_wrong(np.full_like(z, -2.0))
    # otherwise the line is not linear in dy and has no slope
    return (right, wrong) if np.array_equal(-2 * wrong, doubled) else None
