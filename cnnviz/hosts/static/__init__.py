"""A folder that any web server hands out as files: the page with Python in the visitor's own browser."""
