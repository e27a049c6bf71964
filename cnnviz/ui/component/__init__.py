"""The one custom component: linked maps, transport and controls, drawn in the browser.

It asks for its numbers itself, as resources (docs/numbers.md), and computes no network math but the products that
it prints. The browser's address is the lesson, and the component writes it. From Streamlit it has what belongs to
one visit alone.
"""
