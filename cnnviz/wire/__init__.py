"""What Python sends the browser, as typed records, a file for each kind of page; cnnviz/wire/declarations.py declares them to the JavaScript."""
