"""What the seed notebook explains, in its order, with what it leaves out or gets wrong."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.notebook import DEVIATION_TABLE

SECTIONS: dict[str, str] = {
    "Output size, stride, padding": r"""
$$H' = \left\lfloor \frac{H - K + 2p}{s} \right\rfloor + 1$$

The notebook leaves the floor out. *Valid* padding adds nothing ($p = 0$): $32 - 3 + 1 = 30$. *Full* padding adds $K - 1$
zeros on each side: 34. *Same* adds $K - 1$ in all and keeps 32. Stride and padding are among the controls on the left.
A stride other than 1 breaks the notebook's own loops: they visit every pixel and run out of range.""",
    "Convolution": r"""
$$z_1[i,j] = \sum_{u,v} x[s i + u - p,\; s j + v - p]\, f[u,v]$$

The kernel is not flipped: this is cross-correlation, which the field calls convolution. The notebook calls it a matrix
product; it is nine products and a sum. It draws two kernels and uses only the first.""",
    "Sigmoid": r"""
$$\sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma' = a\,(1 - a) \text{ with } a = \sigma(z)$$

The derivative takes the *activation*. It is at most ¼, at $z = 0$, and below 0.01 beyond $|z| = 4.6$: saturated. The stages
a₁ and ∂z₁ of the Step page put this lesson's units on the curve.""",
    "The bias column and W·Xᵀ": r"""
The notebook puts $b$ into $W$ as one more row and appends 1 to the units: $[v, 1] \cdot W = v \cdot w + b$. It is the same
network; here $w$ (D, N) and $b$ (N,) stand apart. $W X^T$ is this product for many images at once, one a column.""",
    "Loss": r"""
$$L = \frac{1}{N} \sum_n (o_n - y_n)^2, \qquad \frac{\partial L}{\partial o} = \frac{2}{N}(o - y)$$

For $N = 2$ that is exactly the notebook's $-(\hat y - o)$. The notebook also writes $\frac1N \lVert XW - Y \rVert^2$, which would be
the loss without the last sigmoid. Its target is one number for both outputs.""",
    "The chain rule": r"""
$$
\frac{\partial L}{\partial w} = \frac{\partial L}{\partial o}\frac{\partial o}{\partial z_2}\frac{\partial z_2}{\partial w} =
v^T \cdot \big((o - y)\, o\,(1 - o)\big)
$$

$$
\frac{\partial L}{\partial f} = \frac{\partial L}{\partial o}\frac{\partial o}{\partial z_2}\frac{\partial z_2}{\partial a_1}
\frac{\partial a_1}{\partial z_1}\frac{\partial z_1}{\partial f} =
x \star \Big( \big((o - y)\, o\,(1 - o)\big) w^T\, a_1 (1 - a_1) \Big)
$$

**The notebook swaps the two right-hand sides**: what it writes beside $\partial L/\partial f$ belongs to $W$, and the other
way round. The left-hand sides, and the order of the factors, are right.""",
    "Forward in five steps, and gradient descent": r"""
1. Load the image $x$.
2. Choose a kernel, $z_1 = x * f$.
3. $a_1 = \sigma(z_1)$.
4. $z_2 = v \cdot w + b$.
5. $o = \sigma(z_2)$.

Then $\theta \leftarrow \theta - \eta\, \partial L/\partial\theta$ for $f$, $w$ and $b$, all from the values that the gradients were
computed with. The notebook says that $w$ and the kernel start at random; its code starts $w$ at zero.""",
}


def deviations() -> str:
    """The deviations, line by line, as Markdown."""
    return "\n".join(
        f"**{name.replace('_', ' ')}.** {entry.effect}\n```python\n{entry.notebook}\n{entry.exact}\n```"
        for name, entry in DEVIATION_TABLE.items()
    )


def show() -> None:
    """The sections, folded, below the board."""
    with st.container(key="below"):
        st.subheader("What the notebook explains")
        for title, text in SECTIONS.items():
            with st.expander(title):
                st.markdown(text)
        with st.expander("The eight deviations, the notebook's line above and the exact one below"):
            st.markdown(deviations())
