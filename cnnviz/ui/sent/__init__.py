"""What Python sends the browser, as typed records, a file for each kind of page; cnnviz/ui/wire.py declares them to the JavaScript."""
