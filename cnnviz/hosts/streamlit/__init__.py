"""The page as Streamlit serves it. Nothing else of cnnviz but app.py knows Streamlit's names or Plotly's."""
