"""What a learner takes home: numbers, parameters, code and a film. Knows neither the page nor its charts."""

from cnnviz.export.arrays import arrays_npz
from cnnviz.export.film import film
from cnnviz.export.parameters import parameters_json, read_lesson, read_parameters
from cnnviz.export.script import jupyter_notebook, numpy_script

__all__ = [
    "arrays_npz",
    "film",
    "jupyter_notebook",
    "numpy_script",
    "parameters_json",
    "read_lesson",
    "read_parameters",
]
