"""Numbers as resources over HTTP, how many may ask for them at once, and the headers of every answer: any ASGI application's."""
