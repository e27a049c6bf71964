"""A static site: the page with Python in the visitor's browser, for any web server."""
