"""Supported arguments of layers: the ones that a rule reads, those without effect on results, and others at their
default values."""

from collections.abc import Mapping
from typing import Any

from cnnviz.models.arguments import Arguments, UnsupportedLayer, format_value
from cnnviz.models.described_layers import LayerDescription
from cnnviz.words import message

_CONV, _POOL = "k stride padding dilation groups bias mode device dtype", "k stride padding"
_NORM = "eps momentum affine track device dtype"

SIGNATURES: Mapping[str, str] = {
    "Conv2d": f"channels filters {_CONV}", "LazyConv2d": f"filters {_CONV}", "Conv2D": "filters k stride padding format dilation groups activation bias",
    "MaxPool2d": f"{_POOL} dilation indices ceil", "AvgPool2d": f"{_POOL} ceil count_include_pad divisor_override",
    "MaxPooling2D": f"{_POOL} format", "AveragePooling2D": f"{_POOL} format",
    "AdaptiveAvgPool2d": "size", "GlobalAveragePooling2D": "format keepdims",
    "Linear": "inputs units bias device dtype", "LazyLinear": "units bias device dtype", "Dense": "units activation bias",
    "Activation": "activation", "LeakyReLU": "slope inplace", "Dropout": "rate inplace", "Dropout2d": "rate inplace", "SpatialDropout2D": "rate format",
    "ReLU": "inplace", "Sigmoid": "", "Tanh": "", "Softmax": "dim", "LogSoftmax": "dim", "Identity": "",
    "BatchNorm": f"channels {_NORM}", "LazyBatchNorm": _NORM, "BatchNormalization": "axis momentum eps center affine",
    "GroupNorm": "groups channels eps affine device dtype", "GroupNormalization": "groups axis eps center affine",
    "LayerNorm": "shape eps affine norm_bias device dtype", "LayerNormalization": "axis eps center affine",
    "ZeroPad2d": "padding", "ZeroPadding2D": "padding format", "Flatten": "start end", "Permute": "dims", "Reshape": "shape", "Unflatten": "dim shape",
    "Input": "shape", "InputLayer": "shape", "Rescaling": "scale offset", "squeeze": "dim", "unsqueeze": "dim",
}  # fmt: skip
"""Positional arguments of layers in order, by our names."""
KERAS: Mapping[str, str] = {"ReLU": "max_value slope threshold", "Dropout": "rate noise_shape seed", "Flatten": "format", "LeakyReLU": "slope", "Softmax": "dim"}
KERAS_1: Mapping[str, str] = {"Conv2D": "filters rows columns init activation", "MaxPooling2D": _POOL, "AveragePooling2D": _POOL, "Dense": "units init activation"}
"""Orders that depend on the library's version, not only on the layer's name."""

NAMED: Mapping[str, str] = {
    "in_channels": "channels", "out_channels": "filters", "kernel_size": "k", "pool_size": "k", "strides": "stride", "dilation_rate": "dilation",
    "use_bias": "bias", "padding_mode": "mode", "ceil_mode": "ceil", "in_features": "inputs", "out_features": "units", "negative_slope": "slope",
    "alpha": "slope", "p": "rate", "num_groups": "groups", "num_channels": "channels", "num_features": "channels", "output_size": "size", "data_format": "format",
    "epsilon": "eps", "scale": "affine", "elementwise_affine": "affine", "normalized_shape": "shape", "return_indices": "indices", "track_running_stats": "track",
    "nb_filter": "filters", "nb_row": "rows", "nb_col": "columns", "border_mode": "padding", "subsample": "stride", "dim_ordering": "format", "output_dim": "units",
    "start_dim": "start", "end_dim": "end", "target_shape": "shape", "unflattened_size": "shape",
}  # fmt: skip
"""Our names of arguments that are called differently in code."""

_START = frozenset(
    ["name", "device", "dtype", "inplace", "kernel_initializer", "bias_initializer", "beta_initializer", "gamma_initializer",
    "moving_mean_initializer", "moving_variance_initializer", "init", "seed", "input_shape", "batch_input_shape", "batch_shape", "input_dim",
    "input_length", "batch_size", "sparse", "ragged", "count_include_pad", "always", "view", "training", "synchronized_offset"]
)
"""Arguments that change no number after initialization."""
_DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "trainable": (True,), "dilation": (1, (1, 1)), "groups": (1,), "mode": ("zeros",), "ceil": (False,), "indices": (False,),
    "divisor_override": (None,), "format": ("channels_last", None, "tf"),
    "center": (True,), "track": (True,), "noise_shape": (None,), "max_value": (None,), "threshold": (0, 0.0, None), "weights": (None,),
    "norm_bias": (True,), "keepdims": (False,), "axis": (-1,),
    "storage_order": (0,), "count": (None,), "synchronized": (False,), "renorm": (False,), "fused": (None, True, False),
    "virtual_batch_size": (None,), "adjustment": (None,), "rms_scaling": (False,),
    "lora_rank": (None,), "quantization_config": (None,), "lora_alpha": (None,), "optional": (False,), "tensor": (None,), "type_spec": (None,),
    **{f"{what}_{kind}": (None,) for what in ("kernel", "bias", "activity", "beta", "gamma", "W", "b", "filters") for kind in ("regularizer", "constraint")},
}  # fmt: skip
"""Arguments that are supported only with these values."""
_READ: Mapping[str, str] = {
    "conv": "channels filters k stride padding dilation groups bias mode activation", "pool": "k stride padding ceil", "size": "size", "dense": "inputs units bias activation",
    "activation": "activation", "relu": "slope", "dim": "dim", "rate": "rate", "norm": "channels eps momentum affine groups shape axis", "padding": "padding",
    "shape": "shape dim start end dims", "image": "shape scale offset",
}  # fmt: skip
RULE_ARGUMENTS: Mapping[str, str] = {
    **dict.fromkeys(("Conv2d", "Conv2D", "LazyConv2d"), _READ["conv"]), **dict.fromkeys(("MaxPool2d", "AvgPool2d", "MaxPooling2D", "AveragePooling2D"), _READ["pool"]),
    "AdaptiveAvgPool2d": _READ["size"], **dict.fromkeys(("Linear", "LazyLinear", "Dense"), _READ["dense"]), "Activation": _READ["activation"],
    **dict.fromkeys(("ReLU", "LeakyReLU"), _READ["relu"]), **dict.fromkeys(("Softmax", "LogSoftmax"), _READ["dim"]), **dict.fromkeys(("Dropout", "Dropout2d"), _READ["rate"]),
    **dict.fromkeys(("BatchNormalization", "GroupNorm", "LayerNorm"), _READ["norm"]), **dict.fromkeys(("ZeroPad2d", "ZeroPadding2D"), _READ["padding"]),
    **dict.fromkeys(("Flatten", "Permute", "Reshape", "Unflatten", "squeeze", "unsqueeze"), _READ["shape"]), **dict.fromkeys(("Input", "InputLayer",
    "Rescaling"), _READ["image"]),
}  # fmt: skip
"""Arguments that each layer's rule reads."""


def arguments_of(layer: LayerDescription, name: str) -> Arguments:
    """Return a layer's arguments by our names; `name` is our name of the layer. Raise Untaken if one is not
    supported."""
    order = (SIGNATURES.get(layer.name) or SIGNATURES.get(_without_number(layer.name)) or SIGNATURES.get(name, "")).split()
    if layer.library.startswith("keras"):
        order = KERAS.get(name, " ".join(order)).split()
    if layer.library == "keras 1" or layer.name == "Convolution2D":
        order = KERAS_1.get(name, " ".join(order)).split()
    if name == "Conv2D" and [type(value) for value in layer.placed] == [int] * 3:
        if layer.library == "keras 2 or 3":  # version 3 reads a stride
            raise UnsupportedLayer(message("model.keras_1", name=layer.name))
        if layer.library == "keras 2":
            order = ["filters", "rows", "columns"]
    if len(layer.placed) > len(order):
        raise UnsupportedLayer(message("model.too_many_arguments", of=layer.name, value=format_value(layer.placed[len(order)])))
    named = {key if key in order else NAMED.get(key, key): value for key, value in layer.named.items()}
    arguments: Arguments = {**dict(zip(order, layer.placed, strict=False)), **named}
    _join_sides(arguments, layer)
    if isinstance(padding := arguments.get("padding"), str):
        arguments["padding"] = padding.lower()  # as Keras normalizes it
    reads = RULE_ARGUMENTS.get(name, "").split()
    for key, value in arguments.items():
        if key in reads or key in _START:
            continue
        if key not in _DEFAULTS:
            raise UnsupportedLayer(message("model.unknown_argument", name=key, of=layer.name))
        if not any(value is default or (value == default and not isinstance(value, bool)) for default in _DEFAULTS[key]):
            raise UnsupportedLayer(message("model.argument", name=_name_in_code(key, layer), value=format_value(value), fits=str(_DEFAULTS[key][0])))
    return arguments


def _join_sides(arguments: Arguments, layer: LayerDescription) -> None:
    """Join Keras 1's rows and columns of a kernel into one size."""
    if "rows" not in arguments:
        return
    if layer.library not in ("keras 1", "keras 2") and "nb_row" not in layer.named and ("columns" in arguments):
        raise UnsupportedLayer(message("model.keras_1", name=layer.name))
    rows, columns = arguments.pop("rows"), arguments.pop("columns", None)
    arguments["k"] = rows if columns is None else (rows, columns)


def _name_in_code(key: str, layer: LayerDescription) -> str:
    return next((name for name in layer.named if NAMED.get(name, name) == key), key)


def _without_number(name: str) -> str:
    return name[:-2] if name.endswith(("1d", "2d")) and "BatchNorm" in name else name
