"""Records that Python sends the browser, typed, a file for each kind of page; cnnviz/wire/declarations.py declares them to the JavaScript."""
