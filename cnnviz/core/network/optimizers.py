"""Optimizers: gradient descent, with or without momentum, and Adam.

An optimizer is stateless: `step` returns its state, which the caller passes to the next step. Parameters and gradients are
mappings; the name of a gradient is "d" plus that of its parameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from cnnviz.core.network.named_arrays import Gradients, Params
from cnnviz.core.runtime.read_only import freeze

State = Mapping[str, Any]
"""State of an optimizer: arrays named by kind and parameter, "velocity.f1", and the number "t" of steps."""

Change = tuple[np.ndarray, dict[str, np.ndarray]]
"""The amount to subtract from a parameter, and the state for the next step."""


@dataclass(frozen=True)
class Optimizer:
    """Gradient descent with a learning rate η, and the base class of all optimizers."""

    lr: float
    name: ClassVar[str] = "gd"
    KEEPS: ClassVar[tuple[str, ...]] = ()
    """Names of the state's arrays for each parameter."""
    formulas: ClassVar[tuple[str, ...]] = (r"\theta \leftarrow \theta - \eta \cdot \partial \theta",)
    """LaTeX of the step for a parameter θ."""
    words: ClassVar[str] = "update"
    """Id of the step under the messages `stage`, where it has a title and a sentence."""
    code: ClassVar[Mapping[str, str]] = {
        "keras": "keras.optimizers.SGD(learning_rate)",
        "pytorch": "torch.optim.SGD(model.parameters(), lr=learning_rate)",
    }
    """Code in Keras and PyTorch. "keras_step" is a statement to run before step t."""

    def step(self, params: Params, gradients: Mapping[str, np.ndarray], state: State | None = None) -> tuple[Params, State]:
        """Return the parameters after one step, and the next state. `state` is None before the first step."""
        next_params: dict[str, np.ndarray] = {}
        if not self.KEEPS:
            lr, slopes = self.lr, vars(gradients) if type(gradients) is Gradients else gradients
            for name, theta in params.items():
                next_params[name] = theta - lr * slopes["d" + name]
            return Params.of_new(next_params), {}
        next_state: dict[str, np.ndarray] = {}
        t = int((state or {}).get("t", 0)) + 1
        for name, theta in params.items():
            previous = {key: state[f"{key}.{name}"] for key in self.KEEPS} if state else None
            gradient = gradients[f"d{name}"]
            change, arrays = self.change(gradient, previous, t)
            next_params[name] = theta - change
            next_state |= {f"{key}.{name}": freeze(value.copy() if value is gradient else value) for key, value in arrays.items()}
        return Params.of_new(next_params), next_state | {"t": t}

    def change(self, gradient: np.ndarray, state: State | None, t: int) -> Change:
        """Return the amount to subtract from a parameter in step `t` (1, 2, …), and the state to keep."""
        return self.lr * gradient, {}

    def parts(self, name: str, before: State, after: State) -> dict[str, np.ndarray]:
        """Return the intermediate values of one parameter's step, by name, from the state before and after it."""
        return {}


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Gradient descent with momentum: velocity ← 0.9 · velocity + dθ, θ ← θ - η · velocity. Source: Polyak (1964), as
    in torch.optim.SGD."""

    name: ClassVar[str] = "momentum"
    words: ClassVar[str] = "momentum"
    KEEPS: ClassVar[tuple[str, ...]] = ("velocity",)
    formulas: ClassVar[tuple[str, ...]] = (
        r"\text{velocity} \leftarrow 0.9 \cdot \text{velocity} + \partial \theta",
        r"\theta \leftarrow \theta - \eta \cdot \text{velocity}",
    )
    code: ClassVar[Mapping[str, str]] = {
        "keras": "keras.optimizers.SGD(learning_rate, momentum=np.float64(0.9))",
        "pytorch": "torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)",
    }
    share: ClassVar[float] = 0.9

    def change(self, gradient: np.ndarray, state: State | None, t: int) -> Change:
        velocity = gradient if state is None else self.share * state["velocity"] + gradient
        return self.lr * velocity, {"velocity": velocity}

    def parts(self, name: str, before: State, after: State) -> dict[str, np.ndarray]:
        """Return `kept`, which is 0.9 times the previous velocity (0 at the start), and `velocity`, the new one."""
        velocity = after[f"velocity.{name}"]
        return {"kept": self.share * before[f"velocity.{name}"] if before else np.zeros_like(velocity), "velocity": velocity}


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: m ← 0.9 m + 0.1 dθ, s ← 0.999 s + 0.001 dθ², θ ← θ - η · m̂ / (√ŝ + 1e-8), with m̂ = m / (1 - 0.9ᵗ) and ŝ
    = s / (1 - 0.999ᵗ).

    Source: Kingma & Ba, *Adam: a method for stochastic optimization* (2015), algorithm 1.
    """

    name: ClassVar[str] = "adam"
    words: ClassVar[str] = "adam"
    KEEPS: ClassVar[tuple[str, ...]] = ("m", "s")
    formulas: ClassVar[tuple[str, ...]] = (
        r"m \leftarrow 0.9 \cdot m + 0.1 \cdot \partial \theta",
        r"s \leftarrow 0.999 \cdot s + 0.001 \cdot (\partial \theta)^2",
        r"\hat{m} = m / (1 - 0.9^t), \quad \hat{s} = s / (1 - 0.999^t)",
        r"\theta \leftarrow \theta - \eta \cdot \hat{m} / (\sqrt{\hat{s}} + 10^{-8})",
    )
    code: ClassVar[Mapping[str, str]] = {
        "keras": "keras.optimizers.Adam(learning_rate, beta_1=np.float64(0.9), beta_2=np.float64(0.999))",
        "keras_step": "optimizer.epsilon = 1e-8 * (1 - 0.999**t) ** 0.5",
        "pytorch": "torch.optim.Adam(model.parameters(), lr=learning_rate)",
    }
    beta: ClassVar[tuple[float, float]] = (0.9, 0.999)
    corrects: ClassVar[bool] = True

    def change(self, gradient: np.ndarray, state: State | None, t: int) -> Change:
        b1, b2 = self.beta
        m, s = (0.0, 0.0) if state is None else (state["m"], state["s"])
        m, s = b1 * m + (1 - b1) * gradient, b2 * s + (1 - b2) * gradient**2
        m_hat, s_hat = (m / (1 - b1**t), s / (1 - b2**t)) if self.corrects else (m, s)
        return self.lr * m_hat / (np.sqrt(s_hat) + 1e-8), {"m": m, "s": s}

    def parts(self, name: str, before: State, after: State) -> dict[str, np.ndarray]:
        """Return `mean`, the averaged gradient m̂, and `size`, its scale √ŝ + 1e-8."""
        corrections = [1 - beta ** after["t"] if self.corrects else 1.0 for beta in self.beta]
        return {"mean": after[f"m.{name}"] / corrections[0], "size": np.sqrt(after[f"s.{name}"] / corrections[1]) + 1e-8}


OPTIMIZERS: dict[str, type[Optimizer]] = {rule.name: rule for rule in (Optimizer, Momentum, Adam)}
"""All optimizers by their name in an address."""


@lru_cache(maxsize=64)
def gd(lr: float) -> Optimizer:
    """Return gradient descent, θ ← θ - η · dθ.

    >>> after, _ = gd(0.5).step(Params.of({"w": np.ones(2)}), {"dw": np.ones(2)}, None)
    >>> after["w"]
    array([0.5, 0.5])
    """
    return Optimizer(lr)


def momentum(lr: float) -> Optimizer:
    """Return gradient descent with momentum 0.9.

    >>> params, gradients = Params.of({"w": np.zeros(1)}), {"dw": np.ones(1)}
    >>> params, state = momentum(1.0).step(params, gradients, None)
    >>> momentum(1.0).step(params, gradients, state)[0]["w"]
    array([-2.9])
    """
    return Momentum(lr)


def adam(lr: float) -> Optimizer:
    """Return Adam with β 0.9 and 0.999.

    >>> adam(0.1).step(Params.of({"w": np.zeros(1)}), {"dw": np.full(1, 7.0)}, None)[0]["w"].round(6)
    array([-0.1])
    """
    return Adam(lr)
