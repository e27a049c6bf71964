"""The film: which updates it shows, in which colours, within which bounds."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz import Setup, load_image, run_updates
from cnnviz.export.animation import MAX_FRAMES, animation, frame_updates, selected_maps
from cnnviz.export.animation_frames import GAP, LINE, PANEL
from cnnviz.export.colour_scales import SCALES, levels_of, ramp
from cnnviz.pages import map_settings

X = load_image("test-0")
TOP = GAP + LINE


def frames_of(data: bytes) -> list[np.ndarray]:
    picture = Image.open(io.BytesIO(data))
    frames = []
    for place in range(picture.n_frames):
        picture.seek(place)
        frames.append(np.asarray(picture.convert("RGB")))
    return frames


def panel(frame: np.ndarray, place: int) -> np.ndarray:
    left = GAP + (place + 1) * (PANEL + GAP)  # the image stands first
    return frame[TOP : TOP + PANEL, left : left + PANEL]


@pytest.mark.parametrize("k", [0, 1, 2, 59, 60, 61, 1000, 10_000])
@pytest.mark.parametrize("frames", [2, 7, 60])
def test_frames_are_thinned_evenly_between_first_and_last(k, frames):
    updates = frame_updates(k, frames)
    assert (updates[0], updates[-1], len(updates)) == (0, k, min(frames, k + 1))
    steps = np.diff(updates)
    assert not k or (steps.min() >= 1 and steps.max() - steps.min() <= 1)


def test_colours_are_those_of_the_page():
    assert SCALES.items() <= map_settings.SCALES.items()
    assert [f"#{bytes(colour).hex()}" for colour in ramp("signed", 11)] == list(SCALES["signed"])


def test_zero_is_the_middle_of_a_signed_scale_and_ends_are_its_ends():
    assert levels_of(np.array([-3.0, 0, 3, np.nan, np.inf]), -3, 3, 101).tolist() == [0, 50, 100, 50, 100]
    assert levels_of(np.zeros(2), 0, 0, 101).tolist() == [50, 50]


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_every_cell_has_the_colour_of_its_value(kind):
    setup = Setup(k=30, lr=0.5)
    frames = frames_of(animation(setup, X, frames=4, kind=kind))
    assert len(frames) == 4
    snapshots = [run_updates(setup, X, k) for k in frame_updates(30, 4)]
    for frame, snapshot in zip(frames, snapshots, strict=True):
        for place, name in enumerate(SIGNED):
            if name == "a1":
                wanted = ramp("activation", 101)[levels_of(snapshot.trace.a1, 0, 1, 101)]
            else:
                values = SIGNED[name](snapshot)
                limit = np.abs(values).max()
                wanted = ramp("signed", 101)[levels_of(values, -limit, limit, 101)]
            side = PANEL // len(wanted)
            assert (panel(frame, place)[::side, ::side] == wanted).all(), name


SIGNED = {
    "f": lambda snapshot: snapshot.params.f,
    "z1": lambda snapshot: snapshot.trace.z1,
    "a1": lambda snapshot: snapshot.trace.a1,
    "dz1": lambda snapshot: snapshot.gradients.dz1,
}


def test_the_caption_changes_from_frame_to_frame_and_is_ink_on_white():
    first, last = (frame[TOP + PANEL + LINE :] for frame in frames_of(animation(Setup(k=1, lr=0.0), X, frames=2)))
    assert (first != last).any(), "the same network at another update"
    assert (first < 64).any() and (first.reshape(-1, 3)[-1] == 255).all()


@pytest.mark.parametrize("setup", [Setup(pad=4, k=2), Setup(stride=8, k=2), Setup(scale="raw", k=2), Setup()])
def test_other_shapes_and_values_give_a_film_too(setup):
    assert len(frames_of(animation(setup, load_image(setup.img, scale=setup.scale)))) == setup.k + 1


@pytest.mark.parametrize(
    ("setup", "maps"),
    [
        (Setup(net="conv4x3b-relu-max2-dense10-softmax-ce", k=2, cell="dz1:3,0,0"), "f[3,0] z1[3] a1[3] dz1[3]"),
        (Setup(net="conv2x3-relu-conv4x3-gap-softmax-ce", k=1, cell="z2:3,0,0"), "f1[0,0] z1[0] a1[0] dz1[0]"),
        (Setup(net="conv2x3-relu-conv4x3-gap-softmax-ce", k=1, cell="f1:1,0,2,2"), "f1[1,0] z1[1] a1[1] dz1[1]"),
        (Setup(net="conv2x5-gap-sigmoid-bce", k=1, ch="rgb", opt="adam"), "f[0,0] z1[0] p1 dz1[0]"),
        (Setup(net="dense128-relu-dense3-softmax-ce", k=1, cell="o:2"), "z1 a1 dz1"),
    ],
)
def test_any_network_has_a_film_of_its_first_maps(setup, maps):
    x = load_image(setup.img, setup.ch)
    shown = selected_maps(setup, x.shape)
    assert [one.name for one in shown] == maps.split()
    frames = frames_of(animation(setup, x))
    assert len(frames) == setup.k + 1 and frames[0].shape[1] == GAP + (len(shown) + 2) * (PANEL + GAP)
    snapshot = run_updates(setup, x, setup.k)
    channel = shown[0].at[:1]
    values = snapshot.trace.z1[channel] if channel else np.append(snapshot.trace.z1, np.zeros(4)).reshape(11, 12)
    limit = np.abs(values).max()
    wanted = ramp("signed", 101)[levels_of(values, -limit, limit, 101)]
    side = PANEL // max(values.shape)
    top, left = ((PANEL - n * side) // 2 for n in values.shape)
    middle = panel(frames[-1], [one.symbol for one in shown].index("z1"))[top : top + len(values) * side, left : left + values.shape[1] * side]
    assert (middle[::side, ::side] == wanted).all()


def test_the_image_stands_first_and_the_curve_of_the_loss_last():
    first, *_, last = frames_of(animation(Setup(k=5, lr=0.5), X, frames=3))
    side = PANEL // 32
    edge = (PANEL - 32 * side) // 2
    image = panel(first, -1)[edge : edge + 32 * side : side, edge : edge + 32 * side : side, 0]
    assert np.corrcoef(image.ravel(), X.ravel())[0, 1] > 0.999
    ink = [np.argwhere((panel(frame, 4) == 0).all(axis=-1)) for frame in (first, last)]
    assert ink[0][:, 1].max() < PANEL * 0.1 and ink[1][:, 1].max() > PANEL * 0.9, "from left to right"
    assert ink[1][:, 0].max() > ink[0][:, 0].max(), "and down"


def test_too_many_bytes_give_fewer_frames_with_the_same_ends():
    setup = Setup(k=40, lr=0.3)
    whole = animation(setup, X, frames=40)
    small = animation(setup, X, frames=40, max_bytes=len(whole) * 3 // 4)
    assert len(small) <= len(whole) * 3 // 4
    frames, all_frames = frames_of(small), frames_of(whole)
    assert 2 <= len(frames) < len(all_frames)
    assert (frames[0] == all_frames[0]).all() and (frames[-1] == all_frames[-1]).all()
    with pytest.raises(ValueError, match="two frames take"):
        animation(setup, X, max_bytes=100)


def test_a_long_film_stays_small_and_says_how_far_it_is():
    told = []
    data = animation(Setup(k=2000, lr=0.5), X, frames=MAX_FRAMES, progress=told.append)
    assert told == frame_updates(2000, MAX_FRAMES)
    assert len(data) < 400_000


@pytest.mark.parametrize(
    ("options", "word"), [({"frames": 1}, "frames"), ({"frames": 121}, "120"), ({"kind": "avi"}, "gif")]
)
def test_what_no_film_can_be_is_refused(options, word):
    with pytest.raises(ValueError, match=word):
        animation(Setup(), X, **options)


def test_an_image_too_large_for_the_film_is_refused():
    with pytest.raises(ValueError, match="limit is 240"):
        animation(Setup(), np.zeros((250, 20)))
