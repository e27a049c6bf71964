"""HTML pages of a room: the component without a Streamlit session; and its QR code."""

import html
import io
import os
import socket
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cnnviz.server.request_bodies import Refused
from cnnviz.words import say

SETTING = "CNNVIZ_URL"
"""Environment variable with the address at which phones reach this server, in case the server cannot determine it."""

_PAGE = Template("""<!doctype html>
<html lang="$lang">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
$rest
</html>
""")
_LIVE = Template("""<link rel="stylesheet" href="$base/web/style.css">
$body
<noscript>$noscript</noscript>
<script type="module" src="$base/web/$script.js?lang=$lang"></script>""")
_STILL = Template("""<link rel="stylesheet" href="$base/web/style.css">
<main class="room-ui room-door"><h1>cnnviz</h1>$said</main>""")

_VIEW = '<main class="cnnviz alone follows" style="visibility:hidden"></main>'
_BODIES = {
    "follower": f'<div class="room-bar" role="region" aria-label="$title"></div>\n{_VIEW}',
    "screen": f'<div class="room-bar" role="region" aria-label="$title"></div>\n{_VIEW}',
    "cockpit": '<main class="presenter-view"></main>',
}


def page_of_room(code: str, lang: str, kind: str = "follower") -> Response:
    """Return the page for followers, for a projector ("screen") or for the presenter ("cockpit"), in a language."""
    base = ".." if kind == "follower" else "../.."
    script = "cockpit" if kind == "cockpit" else "follower"
    fields = {"title": html.escape(say("ui.rooms.title", lang, code=code)), "noscript": html.escape(say("ui.rooms.noscript", lang))}
    body = Template(_BODIES[kind]).substitute(fields)
    text = _PAGE.substitute(fields, lang=lang, rest=_LIVE.substitute(fields, lang=lang, base=base, script=script, body=body))
    preload = f"<{base}/web/{script}.js?lang={lang}>; rel=modulepreload, <{base}/web/style.css>; rel=preload; as=style"
    return HTMLResponse(text, headers={"Cache-Control": "no-cache", "Link": preload, "Vary": "Accept, Accept-Language"})


def page_of_refusal(refusal: Refused, path: str, lang: str) -> Response:
    """Return a page that explains a refusal, for example after a link to a room that has ended."""
    content = f"<p>{html.escape(say(refusal.id, lang, **refusal.values))}</p>"
    base = "/".join([".."] * path.rpartition("/room")[2].count("/")) or "."
    return _static_page(base, lang, content, refusal.status, {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"})


def _static_page(base: str, lang: str, content: str, status: int, headers: dict[str, str]) -> Response:
    """Return a short page without JavaScript."""
    return HTMLResponse(_PAGE.substitute(title="cnnviz", lang=lang, rest=_STILL.substitute(base=base, said=content)), status, headers)


_ENTER = Template("""<form action="room"><label for="code">$label</label>
<input id="code" name="code" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="12">
<button class="primary">$join</button></form><p class="soft">$nameless</p>""")


def page_to_enter(lang: str) -> Response:
    """Return the page with the form for a room's code."""
    fields = {name: html.escape(say(id, lang)) for name, id in (("label", "ui.rooms.enter"), ("join", "ui.rooms.join"), ("nameless", "web.room.nameless"))}
    return _static_page(".", lang, _ENTER.substitute(fields), 200, {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"})


def join_link(request: Request, code: str, everywhere: bool = True) -> str:
    """Return the link to a room, below CNNVIZ_URL, or below the request's address if phones can reach it.

    `everywhere` is whether the server listens on more than the loopback interface.
    """
    base = os.environ.get(SETTING, "").strip().rstrip("/") or _origin(request, everywhere) + request.url.path.rpartition("/room/")[0]
    return f"{base}/room/{code}"


def _origin(request: Request, everywhere: bool) -> str:
    host = request.headers.get("X-Forwarded-Host") or request.headers.get("Host", "localhost")
    name, _, port = host.rpartition(":") if ":" in host.rpartition("]")[2] else (host, "", "")
    scheme = request.headers.get("X-Forwarded-Proto", request.url.scheme)
    if name in ("localhost", "127.0.0.1", "[::1]") and everywhere:
        host = f"{own_address()}:{port}" if port else own_address()
    return f"{scheme}://{host}"


def own_address() -> str:
    """Return this machine's address in its network. No packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address reserved for documentation
            return str(probe.getsockname()[0])
        except OSError:
            return "localhost"


def qr(link: str) -> Response:
    """Return the link as a QR code, black on white in any theme."""
    import segno

    buffer = io.BytesIO()
    segno.make(link, error="m", micro=False).save(buffer, kind="svg", border=2, scale=1, omitsize=True, light="white")
    return Response(buffer.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
