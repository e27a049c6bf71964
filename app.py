"""`streamlit run app.py`: the server. What it shows begins in cnnviz/ui/pages/navigation.py."""

import streamlit as st
from starlette.responses import Response
from starlette.routing import Route

from cnnviz.ui.server import MIDDLEWARE, ROUTES, generated
from cnnviz.ui.spec import spec, sprite

R = [generated("/stage/spec.js", "text/javascript", spec), Route("/stage/images.png", lambda r: Response(sprite(), media_type="image/png"))]
app = st.App("cnnviz/ui/pages/navigation.py", routes=[*R, *ROUTES], middleware=MIDDLEWARE)
