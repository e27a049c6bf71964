"""Hosts of the view: Streamlit's page, an HTML file, a notebook cell and a static site. A host provides its address
and numbers."""
