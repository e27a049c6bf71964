"""Remarks say what is so, under any rule."""

from cnnviz import Setup, run_updates
from cnnviz.data.images import load_images
from cnnviz.pages.page_notes import page_notes
from tests.pages.running import now


def test_remarks_name_saturation_zero_weights_and_divergence():
    assert "exactly 0" in _said(Setup(scale="raw", f="notebook"))[0]
    assert any("w is 0" in remark for remark in _said(Setup(w="zeros")))
    assert _said(Setup()) == []


def test_a_remark_is_true_under_the_notebooks_rule():
    zero, fresh, flat = (
        _said(Setup(**keys))
        for keys in ({"w": "zeros", "rule": "update_first"}, {"w": "zeros", "rule": "fresh_weights"}, {"f": (10,) * 9})
    )
    assert not any("nothing reaches the kernel" in remark for remark in zero)  # here something does
    assert "resets it to zero" in fresh[0]
    assert flat[0].startswith("All units are saturated") and "few others" not in flat[0]
    losing = _said(Setup(lr=1, k=1, y=(0.3, 0.6)))
    assert any("overshoots" in remark for remark in losing)


def test_where_no_weight_carries_a_gradient_the_units_are_not_blamed():
    first, second = _said(Setup(scale="raw", f="notebook", w="zeros"))
    assert first.startswith("w is 0") and "saturated" in first
    assert second.startswith("All units are saturated") and "∂f" not in second


def test_a_batch_norm_of_single_numbers_is_said_to_hand_nothing_back():
    one = Setup(net="conv2x3-bn-relu-dense3-bn-dense2-softmax-ce", img="cat-0")
    others = (Setup(net=one.net, img="cat-0,dog-1"), Setup(net="conv2x3-bn-relu-dense2-softmax-ce", img="cat-0"))
    first, *rest = ((setup, run_updates(setup, load_images(setup), 0)) for setup in (one, *others))
    assert not first[1].gradients.df.any() and "passes no gradient" in str(page_notes(*first)[0])
    assert all(snapshot.gradients.df.any() and not page_notes(setup, snapshot) for setup, snapshot in rest)
    assert not page_notes(one, first[1].in_eval_mode)


def test_the_loss_of_another_pass_is_no_step_that_overshoots():
    masked = Setup(net="conv2x3-relu-max2-drop50-dense2-softmax-ce", img="cat-0", w="normal", lr=0.01, seed=1, k=5)
    assert now(masked).snapshot.losses[-1] > now(masked).snapshot.losses.min() + 0.05 and not _said(masked)
    batch = Setup(net="conv2x3-bn-relu-max2-dense2-softmax-ce", img="cat-0,cat-1,dog-0", w="normal", lr=0.01, k=3)
    after = run_updates(batch, load_images(batch), 3).in_eval_mode
    assert after.losses[-1] > after.losses.min() + 0.05 and not page_notes(batch, after)


def _said(setup: Setup) -> list[str]:
    return [str(remark) for remark in page_notes(setup, now(setup).snapshot)]
