"""The page served by Streamlit. Only this folder and app.py import Streamlit or Plotly."""
