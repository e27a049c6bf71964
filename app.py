"""Entry point of `streamlit run app.py`: the server. Pages are rendered in cnnviz/hosts/streamlit/navigation.py."""

import streamlit as st

from cnnviz.hosts.streamlit.application import SCRIPT, apologize, lifespan, middleware, routes

served = routes()
app = st.App(SCRIPT, routes=served, middleware=middleware(served), lifespan=lifespan, on_script_error=apologize)
