"""Hosts of the view: Streamlit's page, a file, a cell of a notebook. Each gives it an address and numbers."""
