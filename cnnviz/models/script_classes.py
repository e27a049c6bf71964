"""Classes in cnnviz's exported scripts, which are recognized when models are read: library layers with a setup's
masks or statistics."""

import ast
import textwrap
from functools import cache

DROPOUTS = ("Dropout", "Dropout2d", "SpatialDropout2D")
"""Names of the libraries' dropout layers."""

KERAS_DROPOUT = (
    'class {name}(layers.{name}):\n    """{words}"""\n    mask = 1.0\n\n'
    "    def call(self, inputs, training=False):\n        return inputs * self.mask if training else inputs"
)
PYTORCH_DROPOUT = (
    'class {name}(nn.{name}):\n    """{words}"""\n    mask = 1.0\n\n'
    "    def forward(self, inputs):\n        return inputs * self.mask if self.training else inputs"
)
KERAS_BATCH_NORM = (
    "class BatchNormalization(layers.BatchNormalization):\n    def call(self, inputs, training=False):\n"
    "        kept = ops.copy(self.moving_variance)\n        outputs = super().call(inputs, training=training)\n        if training:\n"
    "            n = inputs.shape[0] * np.prod(inputs.shape[1:-1], dtype=int)\n            now = self.moving_variance - self.momentum * kept\n"
    "            self.moving_variance.assign(self.momentum * kept + now * n / max(1, n - 1))\n        return outputs"
)


def known_class(node: ast.ClassDef) -> str:
    """Return the layer that a class of cnnviz's exported scripts stands for, or "" for other classes."""
    return _known_classes().get(_dump(node), "") if node.name in (*DROPOUTS, "BatchNormalization") and len(node.body) <= 3 else ""


@cache
def _known_classes() -> dict[str, str]:
    names = {}
    dropouts = [code.format(name=name, words="") for code in (KERAS_DROPOUT, PYTORCH_DROPOUT) for name in DROPOUTS]
    for code in (*dropouts, KERAS_BATCH_NORM):
        [node] = ast.parse(textwrap.dedent(code)).body
        assert isinstance(node, ast.ClassDef)
        names[_dump(node)] = node.name
    return names


def _dump(node: ast.ClassDef) -> str:
    """Return a class's syntax tree without docstrings, which depend on the user's language."""
    body = [statement for statement in node.body if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))]
    return ast.dump(ast.ClassDef(node.name, node.bases, node.keywords, body, node.decorator_list))
