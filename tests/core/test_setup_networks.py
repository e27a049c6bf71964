"""A setup with any network goes through an address and back; filters, targets and cells are those that were asked for."""

import copy
import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT, WEIGHTS, Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.network.stored_params import NotStored, store_params, stored_params
from cnnviz.core.setup.filters import MOST_TEXT
from cnnviz.core.setup.image_ids import CLASSES, parse_image_id
from cnnviz.core.setup.image_ids import label as label_of
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.setup.update_limits import MAX_UPDATES, MOST_WORK, SPACING, STATE_BYTES, state_bytes, step_work
from cnnviz.words import Message
from tests.core.networks import COURSES, cases
from tests.core.test_setup import ANYTHING, NotText, Raising, is_setup_with_sentences

NETS = st.sampled_from([case.text for case in COURSES.values()]) | cases().map(lambda case: case.text)
FILTER = st.sampled_from([*KERNELS, "random-7"]) | st.lists(st.integers(-9, 9), min_size=9, max_size=9).map(
    lambda numbers: ",".join(map(str, numbers))
)
FILTERS = st.lists(FILTER, min_size=1, max_size=4).map(";".join)
NAMES = st.lists(st.sampled_from([*CLASSES, "7", "no edge"]), min_size=1, max_size=10, unique=True)
INDICES = st.lists(st.integers(0, 9).map(str), min_size=1, max_size=4).map(",".join)
QUERIES = st.fixed_dictionaries(
    {"net": NETS},
    optional={
        "img": st.sampled_from(["test-1", "cat-17", "digit7-h3", "pattern-dot"]),
        "ch": st.sampled_from(["green", "gray", "rgb"]),
        "f": FILTERS,
        "f1": FILTERS,
        "f2": FILTERS,
        "f4": FILTERS,
        "w": st.sampled_from(WEIGHTS),
        "y": st.lists(st.sampled_from(["0", "1", "0.25"]), min_size=1, max_size=10).map(",".join) | st.sampled_from(CLASSES),
        "classes": NAMES.map(",".join),
        "opt": st.sampled_from([*OPTIMIZERS]),
        "stride": st.sampled_from(["1", "2"]),
        "pad": st.sampled_from(["valid", "same", "1"]),
        "k": st.integers(0, MAX_UPDATES).map(str),
        "stage": st.sampled_from(["x", "z1", "p1", "df", "df2", "dz2", "update"]),
        "cell": st.builds("{}:{}".format, st.sampled_from(["x", "z1", "a2", "f2", "dw", "o", "v", "b1", "y"]), INDICES),
    },
)  # fmt: skip


@settings(max_examples=200)
@given(QUERIES)
def test_a_lesson_comes_back_unchanged_from_its_query_a_pickle_and_a_copy(query):
    setup, wrong = Setup.from_query(query)
    assert is_setup_with_sentences(setup, wrong)
    address = setup.to_query()
    assert set(address) <= SETUP_KEYS and all(type(text) is str and text for text in address.values())
    assert Setup.from_query(address)[0].to_query() == address
    for twin in (pickle.loads(pickle.dumps(setup)), copy.deepcopy(setup), dataclasses.replace(setup)):
        assert twin == setup and hash(twin) == hash(setup) and str(twin.network) == str(setup.network)
    params = setup.first_params()
    assert {name: array.shape for name, array in params.items()} == {
        name: setup.network.program(setup.x_shape).shown[name] for name in setup.network.parameters
    }


ODD_NETS = [
    "", "-", "conv", "conv4x3", "mse", "conv4x3-mse", "conv99x3-gap-mse", "conv4x٣-gap-mse", "conv4x3-relu" * 40, "dense1e9-mse",
    "max8-max8-dense2-mse", "conv32x7-conv32x7full-gap-ce", "dense128-dense128-dense11-mse", "softmax-dense2-mse", "conv4x3-gap-ce",
    "conv4x40-gap-mse", "conv4x3p99-gap-mse", "gap-mse", "dense2-softmax-bce", "\x00", "conv32x1-dense128-dense2-mse",
]  # fmt: skip
ODD_TEXTS = ["held-0123456789abcdef", ";", ";;;;;;;;", "1;2;3;4;5;6;7;8;9", "nan,inf", "1e308", "x", "z1:", "z1:999999", "w:-1"]
ODD_TEXTS += ["f1:1,1,1,1,1", "L", "L:0", "cat,cat", "<b>,x", "a" * 99]
ODD_QUERIES = st.dictionaries(
    st.sampled_from(sorted(SETUP_KEYS | {"f5", "view", "train"})),
    st.sampled_from([*ODD_NETS, *ODD_TEXTS, DEFAULT]) | FILTERS | ANYTHING | NETS,
    max_size=12,
)


@settings(max_examples=300)
@given(ODD_QUERIES, QUERIES | st.just({}))
def test_any_query_gives_a_lesson_and_sentences_whatever_was_on_the_screen(query, before):
    shown = Setup.from_query(before)[0]
    setup, wrong = Setup.read(query, shown)
    assert is_setup_with_sentences(setup, wrong.values())
    setup, wrong = shown.with_query(query)
    assert is_setup_with_sentences(setup, map(str, wrong.values()))
    assert all(type(message) is Message for message in wrong.values())


@pytest.mark.parametrize("net", ODD_NETS)
def test_a_network_that_cannot_be_is_said_and_the_one_on_the_screen_stays(net):
    shown = Setup(net="conv3x3-relu-gap-softmax-ce", f="blur", y="0,1,0")
    setup, wrong = Setup.read({"net": net}, shown)
    assert setup.net == shown.net and wrong["net"].startswith("Network: ") and wrong["net"].endswith(f"Using {shown.net}.")
    with pytest.raises(ValueError, match="Setup: Network"):
        Setup(net=net)


def test_a_network_that_does_not_fit_the_image_is_said_with_the_layer_and_what_would_fit():
    asked = {"net": "conv2x7-max8-conv2x4-gap-mse", "img": "digit7-3"}
    setup, (message,) = Setup.from_query(asked)
    assert "Layer 3, conv2x4, does not fit: a kernel of 4 does not fit into 2 cells" in message and setup.net == DEFAULT
    assert Setup.from_query(asked | {"img": "cat-3"})[1] == ["Network: " + message.removeprefix("Network: ").replace("2 cells", "3 cells")]
    assert Setup.from_query({"net": "conv2x7-max8-conv2x3-gap-mse"})[1] == []


def test_links_of_before_are_as_they_were_and_new_keys_are_written_where_they_say_something():
    assert not {"net", "opt", "classes", "cell", "f2"} & Setup(k=7, rule="procedural").to_query().keys()
    setup = Setup(net="conv2x3-relu-conv2x3-gap-mse", f2="blur", opt="adam", classes="a,b", cell="x:1,2")
    query = setup.to_query()
    assert list(query) == "img ch scale net f f2 w seed y classes lr opt stride pad rule k stage cell".split()
    assert query["net"] == setup.net and query["f2"] == ",".join(f"{x:g}" for x in KERNELS["blur"])


@pytest.mark.parametrize(
    ("net", "stage"), [(DEFAULT, "df"), ("conv2x3-relu-conv2x3b-gap-mse", "df1"), ("relu-dense3-softmax-ce", "da1"), ("dense2-mse", "dw")]
)
def test_without_a_stage_it_is_the_last_before_the_update(net, stage):
    assert Setup(net=net).stage == stage == Setup.from_query({"net": net, "stage": "da9"})[0].stage
    assert Setup(net=net).network.stages[-1] == "update"


# ---- filters


def test_sobel_x_is_the_first_filter_where_none_is_given_and_the_rest_is_drawn():
    setup, network = Setup(net="conv3x3-relu-conv2x3-gap-mse", ch="rgb", seed=5), Network.parse("conv3x3-relu-conv2x3-gap-mse")
    drawn, params = network.init((3, 32, 32), seed=5), setup.first_params()
    assert np.array_equal(params["f1"][0], np.array([np.reshape(KERNELS["sobel-x"], (3, 3)) / 3] * 3))
    assert np.array_equal(params["f1"][1:], drawn["f1"][1:]) and np.array_equal(params["f2"], drawn["f2"])
    assert Setup(net="conv3x3-relu-conv2x3-gap-mse", f="sobel-x", ch="rgb", seed=5) == setup


@settings(max_examples=60)
@given(st.integers(1, 7), st.sampled_from(["red", "rgb"]), st.integers(1, 4), st.integers(0, 5), st.integers(0, 99))
def test_filters_typed_in_full_are_taken_as_they_are(k, ch, filters, given_filters, seed):
    channels, given_filters = 3 if ch == "rgb" else 1, min(filters, given_filters)
    numbers = np.random.default_rng(seed).integers(-9, 9, (given_filters, channels * k * k))
    text = ";".join(",".join(map(str, row)) for row in numbers)
    query = {"net": f"conv{filters}x{k}-gap-mse", "ch": ch, "seed": str(seed)} | ({"f": text} if len(numbers) else {})
    setup, wrong = Setup.from_query(query)
    assert not wrong
    result = setup.first_params()["f"].reshape(filters, channels, k, k)
    if len(numbers):
        assume(not (k > 1 and channels * k * k == 9 and k < 3))
        assert np.array_equal(result[:given_filters], numbers.reshape(-1, channels, k, k))
    elif k < 3:
        assert setup.f == ()
    drawn = setup.network.init(setup.x_shape, seed=seed)["f"].reshape(result.shape)
    assert np.array_equal(result[max(given_filters, k >= 3) :], drawn[max(given_filters, k >= 3) :])
    assert Setup.from_query(setup.to_query()) == (setup, [])


@pytest.mark.parametrize(("k", "before"), [(3, 0), (4, 0), (5, 1), (6, 1), (7, 2)])
@pytest.mark.parametrize("ch", ["gray", "rgb"])
def test_nine_numbers_stand_centred_on_every_channel_and_are_shared_out(k, before, ch):
    f = Setup(net=f"conv2x{k}-gap-mse", ch=ch, f="emboss").first_params()["f"][0]
    channels = len(f)
    inner = f[:, before : before + 3, before : before + 3]
    np.testing.assert_allclose(inner, np.broadcast_to(np.reshape(KERNELS["emboss"], (3, 3)) / channels, inner.shape), rtol=1e-15)
    assert np.count_nonzero(f) == np.count_nonzero(inner) and (channels == 3) == (ch == "rgb")


def test_semicolons_part_filters_unless_all_nine_pieces_are_single_numbers():
    nine = "1;2;3;4;5;6;7;8;9"
    assert Setup(f=nine).f == Setup(f=nine.replace(";", ",")).f == Setup(f="1,2,3;4,5,6;7,8,9").f
    assert len(Setup(net="conv2x3-gap-mse", f="blur; sobel-y").f) == 2
    single = Setup(net="conv9x1-gap-mse", f=nine).first_params()["f"]
    assert single.ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_the_parameters_name_says_which_convolution_and_f_means_the_first():
    net = "conv2x3-relu-conv2x3b-gap-mse"
    assert Setup.from_query({"net": net, "f1": "blur"}) == Setup.from_query({"net": net, "f": "blur"}) == (Setup(net=net, f="blur"), [])
    assert Setup.from_query({"net": net, "f": "emboss", "f1": "blur"}) == (Setup(net=net, f="blur"), [])
    for key, query in (("f3", {"net": net}), ("f1", {}), ("f", {"net": "dense2-mse"})):
        setup, (message,) = Setup.from_query(query | {key: "blur"})
        assert "does not belong to this network" in message and message.endswith("It is ignored.")
        assert setup == Setup(**query)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"net": "conv2x2-gap-mse", "f": "blur"}, "Kernel: 'blur' is a 3×3 kernel, not 2×2; enter 4 numbers"),
        ({"net": "conv2x5-gap-mse", "f": "1,2"}, "Kernel: '1,2' is neither 9 numbers nor 25 separated by commas"),
        ({"net": "conv2x3-gap-mse", "f": "blur;blur;blur"}, "Kernel: 'blur;blur;blur' has 3 filters; this layer has at most 2"),
        ({"net": "conv2x3-gap-mse", "f": "blur;blurr"}, "Kernel: 'blur;blurr' cannot be used: filter 2, 'blurr', is not one of sobel-x"),
        ({"net": "conv1x3-conv2x3-gap-mse", "f2": "1"}, "Filters f2: '1' is not 9 numbers separated by commas. Using drawn."),
    ],
)
def test_filters_that_cannot_be_used_are_said(query, said):
    assert Setup.from_query(query)[1][0].startswith(said)


def test_filters_too_long_for_an_address_travel_by_name_and_are_the_same_numbers():
    numbers = np.random.default_rng(0).normal(size=(5, 3, 5, 5))
    setup = Setup(net="conv6x5b-relu-gap-dense2-mse", ch="rgb", f=numbers)
    query = setup.to_query()
    assert query["f"] == setup.f and len(query["f"]) == 21 < MOST_TEXT
    again, wrong = Setup.from_query(query)
    assert again == setup and not wrong
    assert np.array_equal(again.first_params()["f"][:5], numbers) and again.first_params()["f"].shape == (6, 3, 5, 5)
    assert Setup(net=setup.net, ch="rgb", f=numbers) == setup


def test_trained_parameters_are_the_start_and_what_is_gone_or_does_not_fit_says_so():
    net = "conv2x3b-relu-conv3x3b-gap-dense2-mse"
    trained = Setup(net=net, seed=9).first_params().replace(b1=np.ones(2))
    name = store_params(trained)
    setup = Setup(net=net, f=name, w=name)
    assert {key: array.tobytes() for key, array in setup.first_params().items()} == {key: array.tobytes() for key, array in trained.items()}
    edited = Setup(net=net, f=name, w=name, f2="blur").first_params()
    assert not np.array_equal(edited["f2"][0], trained["f2"][0]) and np.array_equal(edited["f2"][1:], trained["f2"][1:])
    for start in (Setup(w="held-0123456789abcdef"), Setup(f="held-0123456789abcdef")):
        with pytest.raises(NotStored, match="no longer stores these"):
            start.first_params()
        assert start.without_stored_params() == Setup()
    with pytest.raises(NotStored, match=r"has shape \(2, 1, 3, 3\), not \(2, 3, 3, 3\)"):
        Setup(net=net, f=name, ch="rgb").first_params()
    with pytest.raises(NotStored, match="Starting weights: w"):
        Setup(w=store_params(Params(np.eye(3), np.ones((4, 2)), np.zeros(2)))).first_params()


# ---- stride and padding


def test_stride_and_padding_count_for_the_first_convolution_whose_text_says_neither():
    setup = Setup(net="relu-conv2x3b-conv2x3-gap-mse", stride=2, pad="same")
    assert str(setup.network) == "relu-conv2x3bs2same-conv2x3-gap-mse" and setup.net == "relu-conv2x3b-conv2x3-gap-mse"
    for net in ("conv2x3s2-gap-mse", "conv2x3p1-gap-mse", "dense2-mse"):
        result, wrong = Setup.read({"net": net, "stride": "3", "pad": "full"})
        assert result == Setup(net=net) and {*wrong} == {"stride", "pad"} and "has no effect" in wrong["pad"]
        with pytest.raises(ValueError, match="has no effect"):
            Setup(net=net, stride=3)
    result, wrong = Setup.read({"net": "conv2x7-max8-conv1x3-gap-mse", "stride": "2"})
    assert result.stride == 1 and "Layer 3, conv1x3, does not fit" in wrong["stride"]


# ---- targets and classes


def test_targets_are_numbers_or_a_class_and_fit_the_outputs():
    net = "conv1x3-sigmoid-dense3-sigmoid-mse"
    asked = {"net": net, "classes": "cat,dog,ship"}
    y = {text: Setup.from_query(asked | {"y": text}) for text in ("dog", "1,2", "1,2,3,4", "0,0,1")}
    assert [setup.y for setup, _ in y.values()] == [(0, 1, 0), (1, 2, 0), (1, 2, 3), (0, 0, 1)]
    assert [len(wrong) for _, wrong in y.values()] == [0, 1, 1, 0]
    assert y["1,2"][1] == ["Targets: '1,2' has 2 numbers for 3 outputs. Using 1,2,0."]
    assert Setup.from_query(asked | {"y": "bird"})[1] == [
        "Targets: 'bird' is neither 3 numbers separated by commas nor one of cat, dog, ship. Using 1,0,0."
    ]


@pytest.mark.parametrize(
    ("query", "y"),
    [
        ({"img": "ship-3", "classes": "cat,ship"}, (0, 1)),
        ({"img": "test-1", "classes": "cat,ship"}, (0, 1)),
        ({"img": "train-0", "classes": "cat,frog"}, (0, 1)),
        ({"img": "test-20", "classes": "cat,ship"}, (1, 0)),  # not known
        ({"img": "digit1-0", "classes": "0,1"}, (0, 1)),
        ({"img": "dog-3"}, (0, 1)),  # the outputs are called cat and dog
        ({"img": "ship-3"}, (1, 0)),
        ({}, (1, 0)),
        ({"img": "pattern-dot", "classes": "dot"}, (1, 0)),
    ],
)
def test_without_targets_it_is_the_images_class_or_output_0(query, y):
    setup, wrong = Setup.from_query(query)
    assert setup.y == y and not wrong


@pytest.mark.parametrize("img, y", [("test-12", (0, 1)), ("cat-17", (1, 0)), ("dog-h3", (0, 1))])
def test_without_targets_an_image_of_a_cat_or_dog_has_its_own_and_the_outputs_keep_these_names(img, y):
    setup, wrong = Setup.from_query({"img": img})
    assert not wrong and setup.y == y and setup.output_names == ("cat", "dog")
    assert Setup.from_query(setup.to_query()) == (setup, []) and setup.to_query()["classes"] == "cat,dog"
    assert setup == Setup(img=img)


@pytest.mark.parametrize("query", [{"img": "test-12", "y": "1,0"}, {"img": "test-3"}, {"img": "dog-1,cat-0"}, {"img": "test-12", "net": "dense3-mse"}])
def test_targets_that_are_given_and_images_of_other_classes_name_no_outputs(query):
    setup, wrong = Setup.from_query(query)
    assert not wrong and setup.classes == () and np.atleast_2d(setup.y)[0][0] == 1


def test_whoever_knows_what_is_on_an_image_may_say_so():
    asked = {"img": "test-20", "classes": "cat,ship"}
    assert Setup.from_query(asked, label="ship")[0].y == (0, 1) and Setup.from_query(asked | {"y": "1,0"}, label="ship")[0].y == (1, 0)


def test_outputs_are_called_by_classes():
    assert Setup().output_names == ("cat", "dog") == Setup(classes=("cat", "dog"), img="test-3").output_names
    assert [str(name) for name in Setup(img="test-3").output_names] == ["output 0", "output 1"]
    assert [str(name) for name in Setup(net="dense3-mse", classes="a").output_names] == ["a", "output 1", "output 2"]
    setup, (message,) = Setup.from_query({"classes": "a,b,c"})
    assert "has 3 classes for 2 outputs. It is ignored." in message and setup.classes == ()


@pytest.mark.parametrize(("net", "y"), [("dense2-sigmoid-bce", "2,0"), ("dense2-softmax-ce", "-1,0"), ("dense2-sigmoid-bce", "7")])
def test_targets_that_the_loss_cannot_take_are_said(net, y):
    setup, (message,) = Setup.from_query({"net": net, "y": y})
    assert setup.y == (1, 0) and message.startswith("Targets: The targets")


def test_the_known_labels_are_those_of_the_files_that_come_along():
    assets = Path(__file__).parents[2] / "assets"
    for split, folder in (("test", assets), ("train", assets / "train")):
        files = [tuple(map(int, path.stem.split("_"))) for path in sorted(folder.glob("[0-9][0-9]_[0-9].png"))]
        assert files and [CLASSES[label] for _, label in files] == [label_of(parse_image_id(f"{split}-{n}")) for n, _ in files]
        assert label_of(parse_image_id(f"{split}-{len(files)}")) is None


# ---- cells, rules, limits


@pytest.mark.parametrize(
    ("net", "ch", "good", "bad"),
    [
        (DEFAULT, "red", "x:31,31 z1:29,29 v:899 w:29,29,1 dw:0,0,0 b:1 do:1 dx:0,0 y:1 f:2,2", "x:32,0 z1:1 v:900 w:30,0,0 z3:1 L:0 c:1"),
        ("conv4x3b-relu-dense2-softmax-ce", "rgb", "x:2,0,0 z1:3,29,29 f:3,2,0,0 w:3,29,29,1 dz2:1 o:0", "x:0,0 f:0,0 w:29,29,1 do:0 z3:0"),
        ("dense4-relu-dense3-mse", "gray", "w1:31,31,3 w2:3,2 dw2:0,0 a1:3 dv:1023", "w1:1,1 w2:4,0 w:0,0 z2:0"),
    ],
)
def test_a_cell_is_kept_where_there_is_one(net, ch, good, bad):
    for cell in good.split():
        setup, wrong = Setup.from_query({"net": net, "ch": ch, "cell": cell})
        assert (setup.cell, wrong) == (cell, []), cell
        symbol, at = setup.pinned_cell
        assert f"{symbol}:{','.join(map(str, at))}" == cell
    for cell in bad.split():
        setup, (message,) = Setup.from_query({"net": net, "ch": ch, "cell": cell})
        assert setup.cell == "" and message.startswith(f"Cell: '{cell}'") and message.endswith("It is ignored.")


def test_a_rule_needs_the_notebooks_network_on_one_channel_and_gradient_descent():
    for change in ({"opt": "adam"}, {"ch": "rgb"}, {"net": "conv1x3-relu-dense2-sigmoid-mse"}, {"net": "conv2x3-sigmoid-dense2-sigmoid-mse"}):
        setup, (message,) = Setup.from_query({"rule": "procedural"} | change)
        assert setup.rule == "exact" and DEFAULT in message and message.endswith("The rule is exact here.")
    assert Setup(rule="procedural", img="digit7-3", net=DEFAULT).deviations


@pytest.mark.parametrize("case", COURSES.values(), ids=str)
@pytest.mark.parametrize("opt", OPTIMIZERS)
def test_updates_are_bounded_by_work_and_by_bytes_and_both_are_said(case, opt):
    asked = {"net": case.text, "ch": "rgb" if len(case.x_shape) == 3 else "red", "opt": opt}
    setup, wrong = Setup.from_query(asked | {"k": str(MAX_UPDATES)})
    most = setup.most_updates
    work, state = step_work(setup.network, setup.x_shape), state_bytes(setup.network, setup.x_shape, opt)
    assert most * work <= MOST_WORK and most // SPACING * state <= STATE_BYTES
    if most < MAX_UPDATES:
        assert f" {most:,} updates" in wrong[0] and setup.k == 0
        assert ((most + 1) * work > MOST_WORK) == ("multiplications" in wrong[0]) != ("MB per state" in wrong[0])
    assert Setup.from_query(asked | {"k": str(most)})[1] == []


def test_a_large_state_leaves_fewer_updates():
    net = "conv32x1-relu-max2-dense64-relu-dense10-softmax-ce"
    setup, (message,) = Setup.from_query({"net": net, "opt": "adam", "k": "501"})
    assert "13 MB per state" in message and "500 updates" in message and setup.most_updates == 500
    assert Setup(net=net).most_updates > 500


def test_a_kept_set_is_known_by_all_its_numbers():
    names = {store_params(Params(np.eye(3) * n, np.ones((4, 2)), np.zeros(2))) for n in (1, 2)}
    assert len(names) == 2 and stored_params(names.pop()).f.shape == (3, 3)


def test_another_network_leaves_behind_what_belonged_to_the_one_before():
    before = Setup(net="conv4x3-relu-conv2x5-gap-mse", f="blur;emboss", f2="blur", y="0,1", stage="df2", cell="z2:0,1,1", lr=0.5, seed=3, img="ship-2")
    after, wrong = before.with_query({"net": "conv2x2-dense3-softmax-ce"})
    assert after == Setup(net="conv2x2-dense3-softmax-ce", lr=0.5, seed=3, img="ship-2") and not wrong
    assert before.with_query({"lr": "2"}) == (dataclasses.replace(before, lr=2.0), {})
    assert before.with_query({"net": before.net, "y": "1,1"}) == (dataclasses.replace(before, y=(1, 1)), {})


@pytest.mark.parametrize("key", ["net", "img", "ch", "scale"])
@pytest.mark.parametrize("value", [NotText(), Raising(), None, 5], ids=["no text", "raises", "None", "5"])
def test_what_is_no_text_changes_no_lesson_and_raises_nothing(key, value):
    setup, wrong = Setup().with_query({key: value})
    assert is_setup_with_sentences(setup, map(str, wrong.values()))
