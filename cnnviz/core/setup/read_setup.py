"""Parsing of a setup's fields: each depends on those before it, and an invalid one is replaced.

The image and its channel determine the shape of x. The network must fit that shape, stride and padding must fit the
network, and filters, targets, stage and cell depend on the network. The constructor of `Setup` and the parser of addresses
both use this module: the constructor raises for an invalid field, the parser replaces it and reports it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.network_text import MOST
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.network.sliding import pad_widths
from cnnviz.core.network.stored_params import NotStored
from cnnviz.core.setup import setup_fields
from cnnviz.core.setup.cells import read_cell, write_cell
from cnnviz.core.setup.filters import Bank, Filters, banks, expand_filter, read_filters, split_filters
from cnnviz.core.setup.first_params import first_params
from cnnviz.core.setup.image_ids import label as label_of
from cnnviz.core.setup.image_ids import parse_image_id
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.set_values import SetValue, read_sets, refusal_reason, with_params, write_sets
from cnnviz.core.setup.setup_network import (
    batch_shape,
    build_network,
    checked_network,
    open_conv_index,
    parse_network,
    shape_of,
)
from cnnviz.core.setup.targets import (
    DEFAULT_CLASSES,
    DEFAULT_IMAGE,
    WrongLength,
    check_class_count,
    names_of_outputs,
    one_hot,
    read_each,
    read_targets,
)
from cnnviz.core.setup.update_limits import MAX_UPDATES, check_updates, most_updates
from cnnviz.words import Problem

FILTERS = ("f", *(f"f{number}" for number in range(2, MOST["conv"] + 1)))
"""Fields that hold filters: "f" for the first convolution, the name of the parameter for the others."""
FILTER_KEYS = (*FILTERS, "f1")
"""Keys of filters in an address. If there are several convolutions, f1 is the parameter of the first."""

MODES = ("train", "eval")
"""Modes of the forward pass on screen: training mode and eval mode."""

_SIMPLE: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "img": (DEFAULT_IMAGE, setup_fields.parse_images),
    "ch": ("red", setup_fields.choice_parser(setup_fields.CHANNELS)),
    "scale": ("unit", setup_fields.choice_parser(setup_fields.SCALES)),
    "w": ("normal", setup_fields.parse_weights),
    "seed": (0, setup_fields.integer_parser(0, setup_fields.MAX_SEED)),
    "lr": (0.01, setup_fields.parse_learning_rate),
    "stride": (1, setup_fields.integer_parser(1, setup_fields.MAX_STRIDE)),
    "pad": ("valid", setup_fields.parse_padding),
    "rule": ("exact", setup_fields.parse_rule),
    "k": (0, setup_fields.integer_parser(0, MAX_UPDATES)),
    "opt": ("gd", setup_fields.choice_parser(OPTIMIZERS)),
    "mode": ("train", setup_fields.choice_parser(MODES)),
}
"""Default and parser of each field that does not depend on other fields."""

Values = dict[str, Any]


class Refuse(Protocol):
    """Report an invalid field: its key and text, the reason, and the value used instead. `id` selects a different
    message."""

    def __call__(self, key: str, text: str, why: Problem, value: object, id: str = ...) -> None: ...


def read_fields(query: Mapping[str, str], fallback: Mapping[str, Any] | None, refuse: Refuse, label: str | None = None) -> Values:
    """Parse all fields of a setup from texts by key. Fields that are missing get their default.

    An invalid field gets its value from `fallback`, the fields of another setup, if that value fits. `label` is the image's
    class, if its id does not determine it.
    """
    values: Values = {}
    reader = _SetupReader(query, fallback or {}, refuse, values)
    for key, (default, parse) in _SIMPLE.items():
        values[key] = reader.parse_field(key, parse, default)
    values["net"] = reader.net()
    reader.geometry()
    network = reader.network = build_network(values["net"], values["stride"], values["pad"])
    reader.filters(banks(network, reader.x_shape))
    reader.sets()
    reader.targets(network.program(reader.x_shape).shapes["o"][0], label)
    reader.rule()
    reader.updates()
    values["image"] = reader.parse_field("image", setup_fields.integer_parser(0, reader.images - 1), 0)
    stages = network.stages[:-1] if values["mode"] == "eval" else network.stages  # eval mode makes no update
    values["stage"] = reader.parse_field("stage", setup_fields.choice_parser(stages), str(network.stages[-2]))
    reader.cell()
    return values


class _SetupReader:
    """Parser state: `values` holds the fields parsed so far, and each method adds a field."""

    network: Network

    def __init__(self, query: Mapping[str, str], fallback: Mapping[str, Any], refuse: Refuse, values: Values):
        self.query, self.fallback, self.refuse, self.values = query, fallback, refuse, values

    @property
    def x_shape(self) -> tuple[int, ...]:
        return shape_of(self.values["img"], self.values["ch"])

    @property
    def images(self) -> int:
        """Number of images."""
        return 1 + self.values["img"].count(",")

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return batch_shape(self.values["img"], self.x_shape)

    def parse_field(self, key: str, parse: Callable[[str], Any], default: Any) -> Any:
        """Parse the field `key`, or return `default` if it is missing. If it is invalid, use the value in `fallback`
        if that is valid, else `default`."""
        text = self.query.get(key)
        if text is None:
            return default
        try:
            return parse(text)
        except WrongLength:
            raise
        except Problem as why:
            value = self._fallback_value(key, parse, default)
            self.refuse(key, text, why, value)
            return value

    def _fallback_value(self, key: str, parse: Callable[[str], Any], default: Any) -> Any:
        try:
            return parse(setup_fields.any_text(self.fallback[key]))
        except (KeyError, Problem):
            return default

    def net(self) -> str:
        def parse(text: str) -> str:
            return str(checked_network(text, 1, "valid", self.batch_shape))

        return self.parse_field("net", parse, DEFAULT)

    def geometry(self) -> None:
        """Check stride and padding. They apply to the first convolution if its text gives neither, and must fit."""
        values = self.values
        if open_conv_index(parse_network(values["net"])) is None:
            values["pad"] = values["pad"] or "valid"
            for key in ("stride", "pad"):
                self._refuse_geometry(key, Problem("lesson.why.own_geometry", net=values["net"]))
        for key in ("stride", "pad"):
            try:
                checked_network(values["net"], values["stride"], values["pad"], self.batch_shape)
            except Problem as why:
                self._refuse_geometry(key, why)

    def _refuse_geometry(self, key: str, problem: Problem) -> None:
        text, default = setup_fields.any_text(self.values[key]), _SIMPLE[key][0]
        if self.values[key] != default:
            self.refuse(key, text, problem, default)
            self.values[key] = default

    def filters(self, all_banks: tuple[Bank, ...]) -> None:
        """Parse the filters of each convolution. By default filter 0 of the first one is sobel-x."""
        for name in FILTERS:
            self.values[name] = ()
        for index, bank in enumerate(all_banks):
            default: Filters = KERNELS["sobel-x"] if not index and bank.k >= 3 else ()
            key = bank.name if index or bank.name in self.query else "f"
            field = bank.name if index else "f"
            self.values[field] = self._filters(key, bank, default, self.fallback.get(field, ()))
        self._refuse_other_filters([bank.name for bank in all_banks])

    def _filters(self, key: str, bank: Bank, default: Filters, previous: Filters) -> Filters:
        text = self.query.get(key)
        if text is None:
            return default
        try:
            return read_filters(text, bank)
        except Problem as why:
            value = previous if _fits(previous, bank) and previous else default
            self.refuse(key, text, why, value)
            return value

    def _refuse_other_filters(self, names: list[str]) -> None:
        for key in FILTER_KEYS:
            if key in self.query and key not in names and not (key == "f" and names):
                problem = Problem("lesson.why.no_filters", known=names) if names else Problem("lesson.why.no_conv")
                self.refuse(key, self.query[key], problem, "", id="lesson.left_out")

    def sets(self) -> None:
        """Parse the values set by hand. If a convolution has a single filter, values set at the start become its
        numbers."""
        text = self.query.get("set", "")
        self.values["set"] = ()
        if not text:
            return
        program = self.network.program(self.x_shape)
        sets, refusals = read_sets(text, program)
        kernel_sets = [entry for entry in sets if not entry.update and len(program.shown[entry.symbol]) == 2 and len(program.shapes[entry.symbol]) == 4]
        try:
            self._set_kernels(kernel_sets)
        except NotStored:  # the other numbers are unknown
            kernel_sets = []
        if self.images > 1 and (pixels := [entry for entry in sets if entry.symbol == "x"]):
            sets = tuple(entry for entry in sets if entry.symbol != "x")
            refusals = [*refusals, *((write_sets([entry]), Problem("lesson.why.set_images")) for entry in pixels)]
        self.values["set"] = tuple(entry for entry in sets if entry not in kernel_sets)
        if refusals:
            self.refuse("set", ";".join(entry for entry, _ in refusals), refusal_reason(refusals), "", id="lesson.left_out")

    def _set_kernels(self, kernel_sets: list[SetValue]) -> None:
        if not kernel_sets:
            return
        values, shape_arguments = self.values, (self.network, self.x_shape)
        params = first_params(*shape_arguments, values["w"], values["seed"], {name: values[name] for name in FILTERS})
        changed_params = with_params(params, kernel_sets)
        for index, bank in enumerate(banks(*shape_arguments)):
            if any(entry.symbol == bank.name for entry in kernel_sets):
                values[bank.name if index else "f"] = read_filters(setup_fields.any_text(changed_params[bank.name]), bank)

    def targets(self, n: int, label: str | None) -> None:
        """Parse the names of the `n` outputs and their targets. The default target is the image's class if an output
        has its name, else output 0.

        Without names and targets, the two outputs are the default classes if a single image is of one of them.
        """
        values = self.values
        values["classes"] = classes = self.parse_field("classes", lambda text: check_class_count(setup_fields.parse_classes(text), n), ())
        names = names_of_outputs(classes, values["img"], n)
        labels = [label_of(parse_image_id(img)) for img in values["img"].split(",")]
        labels = [label or labels[0]] if self.images == 1 else labels
        if "y" not in self.query and not classes and n == len(DEFAULT_CLASSES) and self.images == 1 and labels[0] in DEFAULT_CLASSES and values["img"] != DEFAULT_IMAGE:
            names = values["classes"] = classes = DEFAULT_CLASSES
        one_hots = tuple(one_hot(names.index(label) if label in names else 0, n) for label in labels)
        loss = self.network.loss_kind

        def read(text: str) -> object:
            if self.images == 1:
                return read_targets(text, names, classes, loss)
            return read_each(text, self.images, names, classes, loss)

        try:
            values["y"] = self.parse_field("y", read, one_hots[0] if self.images == 1 else one_hots)
        except WrongLength as why:
            values["y"] = why.y
            self.refuse("y", self.query["y"], why, why.y, id="lesson.refitted")

    def rule(self) -> None:
        """Check that a setup with the notebook's inexact rule also has the notebook's network and optimizer, stride 1
        and no padding."""
        values = self.values
        if values["rule"] == "exact":
            return
        if values["net"] != DEFAULT or values["opt"] != "gd" or values["ch"] == "rgb":
            problem = Problem("lesson.rule.network", net=DEFAULT)
        elif self.images > 1:
            problem = Problem("lesson.rule.images")
        elif values["stride"] != 1 or any(pad_widths(3, values["pad"])):
            problem = Problem("lesson.rule.geometry", stride=values["stride"], padding=values["pad"])
        else:
            return
        self.refuse("rule", values["rule"], problem, "exact", id="lesson.rule.replaced")
        values["rule"] = "exact"

    def updates(self) -> None:
        """Limit the number of updates to what can be computed and stored."""
        k, limits = self.values["k"], (self.network, self.batch_shape, self.values["opt"])
        try:
            check_updates(k, *limits)
        except Problem as why:
            self.values["k"] = min(self.fallback.get("k", 0), most_updates(*limits))
            self.refuse("k", str(k), why, self.values["k"])

    def cell(self) -> None:
        """Parse the pinned cell, which must exist."""
        text = self.query.get("cell", "")
        self.values["cell"] = ""
        try:
            if text:
                self.values["cell"] = write_cell(read_cell(text, self.network.program(self.x_shape)))
        except Problem as why:
            self.refuse("cell", text, why, "", id="lesson.left_out")


def _fits(filters: Filters, bank: Bank) -> bool:
    """Return whether filters of another setup fit a convolution."""
    if isinstance(filters, str):
        return True
    try:
        for weights in split_filters(filters):
            expand_filter(weights, bank)
    except ValueError:
        return False
    return len(split_filters(filters)) <= bank.filters
