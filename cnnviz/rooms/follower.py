"""A room's pages: those of the component alone, without a Streamlit session, and a code that phones can read."""

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
"""The environment's setting that says by which address phones reach this server, where the server cannot know."""

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
    """The page of a room's followers, of its projector ("screen"), or of its presenter ("cockpit"), in a language."""
    base = ".." if kind == "follower" else "../.."
    script = "cockpit" if kind == "cockpit" else "follower"
    said = {"title": html.escape(say("ui.rooms.title", lang, code=code)), "noscript": html.escape(say("ui.rooms.noscript", lang))}
    body = Template(_BODIES[kind]).substitute(said)
    text = _PAGE.substitute(said, lang=lang, rest=_LIVE.substitute(said, lang=lang, base=base, script=script, body=body))
    preload = f"<{base}/web/{script}.js?lang={lang}>; rel=modulepreload, <{base}/web/style.css>; rel=preload; as=style"
    return HTMLResponse(text, headers={"Cache-Control": "no-cache", "Link": preload, "Vary": "Accept, Accept-Language"})


def page_of_refusal(why: Refused, path: str, lang: str) -> Response:
    """A page that says why there is none at that path: a link to a room that has ended is followed by people."""
    said = f"<p>{html.escape(say(why.id, lang, **why.values))}</p>"
    base = "/".join([".."] * path.rpartition("/room")[2].count("/")) or "."
    return _still(base, lang, said, why.status, {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"})


def _still(base: str, lang: str, said: str, status: int, headers: dict[str, str]) -> Response:
    """A page of a few words, which needs no JavaScript."""
    return HTMLResponse(_PAGE.substitute(title="cnnviz", lang=lang, rest=_STILL.substitute(base=base, said=said)), status, headers)


_ENTER = Template("""<form action="room"><label for="code">$label</label>
<input id="code" name="code" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="12">
<button class="primary">$join</button></form><p class="soft">$nameless</p>""")


def page_to_enter(lang: str) -> Response:
    """A page that asks for a room's code."""
    said = {name: html.escape(say(id, lang)) for name, id in (("label", "ui.rooms.enter"), ("join", "ui.rooms.join"), ("nameless", "web.room.nameless"))}
    return _still(".", lang, _ENTER.substitute(said), 200, {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"})


def join_link(request: Request, code: str, everywhere: bool = True) -> str:
    """The address that a follower types or scans: the one that was asked for, where phones reach that too.

    `everywhere` says that the server listens to more than its own machine.
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
    """This machine's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation, in no use
            return str(probe.getsockname()[0])
        except OSError:
            return "localhost"


def qr(link: str) -> Response:
    """The link as a picture, black on white in any theme."""
    import segno

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=2, scale=1, omitsize=True, light="white")
    return Response(out.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
