"""`streamlit run app.py`: the server. What it shows begins in cnnviz/ui/pages/navigation.py."""

import streamlit as st

from cnnviz.ui.server import MIDDLEWARE, ROUTES, apologize

app = st.App("cnnviz/ui/pages/navigation.py", routes=ROUTES, middleware=MIDDLEWARE, on_script_error=apologize)
