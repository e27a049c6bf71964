"""The core's mistakes (core/mistakes) in a single layer over all images."""

from collections.abc import Iterator
from functools import partial

from cnnviz.core.mistakes import mistakes_for
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.optimizers import gd
from cnnviz.core.network.program_line import Override
from cnnviz.judge.case import Array
from cnnviz.judge.mistakes.course_lines import Names, in_course
from cnnviz.judge.mistakes.table import Mistake
from cnnviz.judge.right_gradients import CorrectResult, Lines

_OF_A_NETWORK = ("weights_updated_first",)
"""Mistakes that cannot occur in a single layer."""

BATCH_NORM = "{dx} = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / sigma"

_OVER_IMAGES = {
    ("bias_axis", "conv"): ("{db} = np.full(M, {dout}.sum())", "{db} = {dout}.sum(axis=(0, 2, 3))"),
    ("bias_axis", "dense"): ("{db} = np.full(M, {dout}.sum())", "{db} = {dout}.sum(axis=0)"),
    ("bias_not_summed", "conv"): ("{db} = {dout}[:, :, -1, -1].sum(axis=0)", "{db} = {dout}.sum(axis=(0, 2, 3))"),
    ("first_place_only", "conv"): ("{db} = {dout}[:, :, 0, 0].sum(axis=0)", "{db} = {dout}.sum(axis=(0, 2, 3))"),
    ("last_place_only", "conv"): ("{dw}[m] = xp[n, :, i*s:i*s+k, j*s:j*s+k] * {dout}[n, m, i, j]", "{dw}[m] += xp[n, :, i*s:i*s+k, j*s:j*s+k] * {dout}[n, m, i, j]"),
    ("product_divided", "dense"): ("{dw} += {x}[n, :, None] / {dout}[n]", "{dw} += {x}[n, :, None] * {dout}[n]"),
    ("channels_not_summed", "conv"): ("{dx} = weigh_dx({dout}[:, :1], {w}[:1])", "{dx} = weigh_dx({dout}, {w})"),
    ("mean_path_forgotten", "batchnorm"): ("{dx} = (dhat - hat * (dhat * hat).mean(0)) / sigma", BATCH_NORM),
    ("variance_path_forgotten", "batchnorm"): ("{dx} = (dhat - dhat.mean(0)) / sigma", BATCH_NORM),
    ("gain_of_z", "batchnorm"): ("{dgamma} = ({dout} * {x}).sum(0)", "{dgamma} = ({dout} * hat).sum(0)"),
    ("statistics_constant", "batchnorm"): ("{dx} = dhat / sigma", BATCH_NORM),
    ("gain_forgotten", "batchnorm"): ("dhat = {dout}", "dhat = {dout} * {gamma}"),
    ("mask_drawn_again", "dropout"): ("{dx} = {dout} * (np.random.rand(*{dout}.shape) < p) / p", "{dx} = {dout} * {mask}"),
}
"""Replacements of the core's lines for several images, or with a course's names."""


def mistakes_of_core(correct: CorrectResult) -> Iterator[Mistake]:
    """Yield the core's mistakes that fit the layer, once for each array that becomes wrong."""
    if correct.lines is None or not correct.lines.has_values:
        return
    roles = {target: role for role, target in correct.lines.targets.items()}
    for placed in mistakes_for(correct.lines.program.network, images=correct.case.images):
        if placed.place == 0 and placed.mistake.name not in _OF_A_NETWORK:
            for target, override in placed.overrides(correct.lines.program, gd(0.0)).items():
                role = roles[target]
                name = placed.mistake.name
                code = partial(_code, correct, correct.lines, placed, target)
                yield Mistake(f"{name}.{role}", name, placed.title, role, partial(_mistaken_array, correct, correct.lines, role, override), code, of_core=True)


def _mistaken_array(correct: CorrectResult, lines: Lines, role: str, override: Override) -> Array:
    """Return the array that the mistaken line computes."""
    return override(dict(lines.values), partial(lines.line(role).make, lines.values)).reshape(correct.gradients[role].shape)


def _code(correct: CorrectResult, lines: Lines, placed: PlacedMistake, target: str, names: Names) -> tuple[str, str]:
    """Return the wrong and the correct line of this array only."""
    if line_pair := _OVER_IMAGES.get((placed.mistake.name, correct.case.kind)):
        return line_pair[0].format(**names), line_pair[1].format(**names)
    wrong, right = (code.split("\n") for code in placed.code(lines.program))
    line_index = next(n for n, line in enumerate(right) if line.startswith(target) and not line[len(target)].isalnum())
    return in_course(correct, wrong[line_index], names), in_course(correct, right[line_index], names)
