"""How fast one forward, backward and update is, beside JAX's compiler and the notebook's own loops.

    python -m tests.bench.core [inline]

Absolute times depend on the machine and on what else it does, so all contenders take turns in one
process and what counts is the ratio of their medians. For the notebook's network JAX is timed twice over:
its convolution operation and nine shifted slices, which it fuses; returning every value as cnnviz does (trace,
gradients, parameters), and returning nothing but the new parameters, which spares it most of its work.
A network of two blocks on an image in colour is timed beside JAX's own operations, channels last, which it likes
best; there it returns nothing but the new parameters.

What is timed is how long it takes until the values of one step can be read, so JAX is waited for after each. Image and
targets are as each likes them: on JAX's device, and read-only arrays for us. That JAX's values are not yet NumPy's is not
counted. Its arguments are not donated, since the parameters before a step are wanted after it; that would gain nothing.

As it comes, JAX computes in a thread of its own, and half of so small a step is handing over and waiting. With `inline`
it computes in the thread that asks: of the notebook's network it is then faster than cnnviz.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from cnnviz.core.network.network import Network
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training import snapshots
from tests.bench.batch import TWO_BLOCKS, Case, agrees, jax_step
from tests.core.notebook_literal import forward_backward_propagation

ROUNDS = 300
CALLS = 10
FIRST = 3
LEARNING_RATE = 0.01
UPDATES = 10_000


def main() -> None:
    x, y = as_frozen(np.random.default_rng(0).random((32, 32))), as_frozen([1.0, 0.0])
    contenders = {"cnnviz": cnnviz_step(x, y), "the notebook's loops": notebook_step(x, y)}
    try:
        contenders |= jax_steps(x, y)
    except ImportError as error:
        print(f"No comparison with JAX: {error}.")
    compare("the notebook's network, 32×32", contenders)
    case = Case(TWO_BLOCKS, 3, 1, "float64")
    contenders = {"cnnviz": two_blocks_step(case)}
    try:
        contenders["JAX, compiled"] = jax_step(case)
        agrees("JAX", contenders["JAX, compiled"](), dict(contenders["cnnviz"]()[-1]))
    except ImportError as error:
        print(f"No comparison with JAX: {error}.")
    compare(str(case), contenders)
    print(f"{UPDATES:,} updates of the default lesson: {run_updates_seconds(x):.2f} s (target: at most 1.5 s)")


def compare(what: str, contenders: dict[str, Callable[[], object]]) -> None:
    medians = interleaved_medians(contenders)
    ours = medians.pop("cnnviz")
    print(f"forward + backward + update of {what}: {ours * 1e6:.1f} µs, median of {ROUNDS} rounds of {CALLS}")
    for name, median in sorted(medians.items(), key=lambda pair: pair[1]):
        print(f"    {median / ours:7.2f} × as long: {name}")


def two_blocks_step(case: Case) -> Callable[[], tuple]:
    network, params, (X, Y) = Network.parse(case.network), case.start(), case.data()
    x, y = X[0], Y[0]

    def step():
        trace = network.forward(params, x)
        gradients = network.backward(params, trace, y)
        return trace, gradients, update(params, gradients, LEARNING_RATE)

    return step


def interleaved_medians(contenders: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds a call, by name: each contender runs in every round, so that a noisy snapshot meets all, each time in another
    order, so that none always comes after one that has left the processor's caches warm, or cold, for it. The first calls
    of each are not timed: they would tell of the others, in whose caches they begin.
    """
    times = {name: [] for name in contenders}
    for step in contenders.values():  # compiles, fills caches
        step()
    orders = random.Random(0)
    for _ in range(ROUNDS):
        for name, step in orders.sample(list(contenders.items()), len(contenders)):
            first, calls = (0, 1) if name == "the notebook's loops" else (FIRST, CALLS)
            for _ in range(first):
                step()
            start = time.perf_counter()
            for _ in range(calls):
                step()
            times[name].append((time.perf_counter() - start) / calls)
    return {name: statistics.median(of_name) for name, of_name in times.items()}


def kernel() -> np.ndarray:
    return Setup().kernel.copy()  # the notebook changes it in place


def cnnviz_step(x: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    params = init_params(kernel(), x.shape, weights="normal")

    def step():
        trace = forward(params, x)
        gradients = backward(params, trace, y)
        return trace, gradients, update(params, gradients, LEARNING_RATE)

    return step


def notebook_step(x: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    return lambda: forward_backward_propagation(x, kernel().copy(), 1, y, LEARNING_RATE)


def jax_steps(x: np.ndarray, y: np.ndarray) -> dict[str, Callable[[], object]]:
    """The same step under jax.jit, in float64 on the CPU, arguments already on the device."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", "inline" not in sys.argv)

    def operation(x, f):
        return jax.lax.conv_general_dilated(x[None, None], f[None, None], (1, 1), "VALID")[0, 0]

    def slices(x, f):
        return sum(f[u, v] * x[u : u + 30, v : v + 30] for u in range(3) for v in range(3))

    def compiled(convolution, everything: bool):
        def loss(params, x, y):
            f, w, b = params
            z1 = convolution(x, f)
            a1 = jax.nn.sigmoid(z1)
            v = a1.reshape(-1)
            z2 = v @ w + b
            o = jax.nn.sigmoid(z2)
            return jnp.mean((o - y) ** 2), (z1, a1, v, z2, o)

        @jax.jit
        def step(params, x, y):
            (_, trace), gradients = jax.value_and_grad(loss, has_aux=True)(params, x, y)
            after = tuple(old - LEARNING_RATE * gradient for old, gradient in zip(params, gradients, strict=True))
            return (trace, gradients, after) if everything else after

        ours = init_params(kernel(), x.shape, weights="normal")
        arguments = jax.device_put(((ours.f, ours.w, ours.b), x, y))
        return lambda: jax.block_until_ready(step(*arguments))

    return {
        f"JAX, {convolution.__name__}, {'every value' if everything else 'only the parameters'}": compiled(
            convolution, everything
        )
        for convolution in (operation, slices)
        for everything in (True, False)
    }


def run_updates_seconds(x: np.ndarray, runs: int = 5) -> float:
    """The median time of UPDATES updates with nothing remembered."""
    times = []
    for _ in range(runs):
        snapshots.forget()
        start = time.perf_counter()
        snapshots.run_updates(Setup(), x, UPDATES)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
