"""Files that a learner takes home: numbers, parameters, code and a film. Knows neither the page nor its charts."""

from cnnviz.export.animation import animation
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.exercise import exercise_notebook, exercise_script, in_training
from cnnviz.export.frameworks import exact_rule, keras_script, pytorch_script
from cnnviz.export.hand_sheet import hand_sheet
from cnnviz.export.import_weights import read_start
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from cnnviz.export.parameters import parameters_json, read_lesson, read_parameters, starting_from
from cnnviz.export.spreadsheet import spreadsheet, too_large

__all__ = [
    "animation",
    "arrays_npz",
    "exact_rule",
    "exercise_notebook",
    "exercise_script",
    "hand_sheet",
    "in_training",
    "jupyter_notebook",
    "keras_script",
    "numpy_script",
    "parameters_json",
    "pytorch_script",
    "read_lesson",
    "read_parameters",
    "read_start",
    "spreadsheet",
    "starting_from",
    "too_large",
]
