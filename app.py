"""`streamlit run app.py`: the server. What it shows begins in cnnviz/ui/pages/navigation.py."""

import streamlit as st

from cnnviz.ui.server import MIDDLEWARE, SCRIPT, apologize, lifespan, routes

app = st.App(SCRIPT, routes=routes(), middleware=MIDDLEWARE, lifespan=lifespan, on_script_error=apologize)
