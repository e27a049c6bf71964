"""Names that notebooks use for gradients, and the gradients of a network that each may mean.

Names such as `dW1`, `grad_w`, `w_grad`, `dL_dz1`, `delta1` and `dconv` use other letters than our symbols, and numbers that count
layers. So a name has several candidates, and the size of its array decides.
"""

import re
from collections.abc import Iterator

from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.program import Program
from cnnviz.core.network.symbols import Names

_BEFORE = re.compile(r"(d_?l_?d_?|d_?j_?d_?|d_?loss_?d_?|(?:gradients?|grads?)_?(?:of_?|wrt_?)?|nabla_?|partial_?|delta_(?=[a-z])|d_?)(?=[a-z])")
_AFTER = re.compile(r"_?(gradients?|grads?)$")
_ERROR = re.compile(r"(?:deltas?|d)_?(\d*)$")

_LETTERS = {
    "w": "weights w weight wt theta dense fc linear dense_w fc_w fc_weight fc_weights dense_weight dense_weights linear_weight w_fc w_dense",
    "f": "f filter filters kernel kernels k conv conv_w conv_weight conv_weights conv_filter conv_filters conv_f conv_kernel w_conv filt",
    "g": "g gamma gammas gain gains scale bn_weight bn_gamma norm_weight",
    "s": "s beta betas shift shifts bn_bias bn_beta norm_bias",
    "b": "b bias biases beta conv_b conv_bias fc_b fc_bias dense_b dense_bias linear_bias b_conv b_fc bf bc",
    "z": "z s net pre logits logit scores score sum sums u pre_activation preact conv_out conv dense fc linear dense_out fc_out",
    "a": "a h hidden act activation activations relu sigmoid tanh relu_out sigmoid_out softmax",
    "n": "n bn norm normed normalized normalised batchnorm batch_norm groupnorm layernorm bn_out norm_out",
    "r": "r drop dropout dropped drop_out dropout_out",
    "p": "p pool pooled pooling maxpool max_pool avgpool avg_pool pool_out gap",
    "v": "v flat flatten flattened fc_in dense_in",
    "o": "o out output outputs y yhat y_hat ypred y_pred pred preds probs prob a_out",
    "x": "x img image input inputs pixels",
}
"""Alternative names of each symbol, by its first letter."""
_WORDS = {letter: frozenset(words.split()) for letter, words in _LETTERS.items()}


def is_gradient(name: str) -> bool:
    """Return whether `name` looks like the name of a gradient.

    >>> [name for name in ("dW1", "grad_w", "w_grad", "delta2", "z1", "data") if is_gradient(name)]
    ['dW1', 'grad_w', 'w_grad', 'delta2']
    """
    return _parse(name) is not None or bool(re.fullmatch(r"d[a-z]{1,2}\d*", name.lower()))


def _parse(name: str) -> tuple[tuple[str, ...], int | None] | None:
    """Return the letters that a name may mean, most likely first, and its number (None if it has none). None if it is
    not a gradient's name."""
    lower_name = name.strip().lower()
    if error := _ERROR.fullmatch(lower_name):
        return ("z",), int(error[1]) if error[1] else None
    stem = _AFTER.sub("", lower_name)
    prefix = _BEFORE.match(stem)
    if not prefix and stem == lower_name:
        return None
    core = stem[prefix.end() :] if prefix else stem
    numbers = re.findall(r"\d+", core)
    word = re.sub(r"_+", "_", re.sub(r"\d+", "", core)).strip("_")
    letters = tuple(letter for letter, words in _WORDS.items() if word in words)
    return (letters, int(numbers[0]) if numbers and len(numbers[0]) < 4 else None) if letters else None


def candidates(name: str, program: Program) -> Iterator[str]:
    """Yield the gradients of a network that a name may mean, most likely first.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((4, 4))
    >>> [list(candidates(name, program)) for name in ("dW2", "DB2", "grad_kernel", "dA2", "delta1", "W", "dz7")]
    [['dw'], ['db'], ['df', 'dw'], ['do'], ['dz1', 'dz2'], [], []]
    """
    gradient_names = [line.target for line in program.backward_lines]
    letters, number = _parse(name) or ((), None)
    groups = [group for letter in letters for group in _groups(letter, name.lower(), program)]
    possible_names = [name.lower(), *(f"d{symbol}" for group in groups for symbol in _select(group, number) if symbol)]
    yield from (target for target in dict.fromkeys(possible_names) if target in gradient_names)


def _groups(letter: str, name: str, program: Program) -> Iterator[list[str]]:
    """Yield the lists of symbols that a number may index, in order. Weights and biases may be counted per kind of
    layer or across all layers."""
    symbols = [*program.network.symbols, *program.parameters]
    matches = [symbol for symbol in symbols if symbol[0] == letter]
    if letter in "wfb":
        kind = "dense" if re.search("fc|dense|linear", name) else "conv" if letter == "f" or "conv" in name else ""
        rows = [tuple(names.of(letter) for letter in layer.parameter_letters) for layer, names in _layers(program, kind)]
        all_rows = [tuple(names.of(letter) for letter in layer.parameter_letters) for layer, names in _layers(program)]
        for group in (rows, all_rows):
            yield [row[-1] if row[1:] else "" for row in group] if letter == "b" else [row[0] for row in group]
        yield matches
    elif letter == "a":
        yield [*matches, "o"]
    elif letter == "o":
        yield ["o"]
        yield [symbol for symbol in symbols if symbol[0] == "z"][-1:]
    else:
        yield matches


def _layers(program: Program, kind: str = "") -> Iterator[tuple[Layer, Names]]:
    """Yield the layers with weights, of one kind or of all kinds, each with its names."""
    layers = zip(program.network.layers, program.network.names, strict=True)
    return ((layer, names) for layer, names in layers if {"f", "w"} & {*layer.parameter_letters} and kind in ("", layer.kind))


def _select(symbols: list[str], number: int | None) -> list[str]:
    """Return the symbols of a group that `number` may mean, counted from 1 or from 0; all of them if it is None."""
    return symbols if number is None else [symbols[n] for n in (number - 1, number) if 0 <= n < len(symbols)]
