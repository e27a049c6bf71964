"""Connections that ask for nothing, or without end, or read nothing are closed; streams and web sockets stay."""

import asyncio
import contextlib
import gc

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.asyncio.client import connect

from cnnviz.hosts.streamlit import start
from tests.server.gates import without_collection

LARGE = 30_000_000


async def stream(request):
    async def parts():
        while True:
            yield b"still there"
            await asyncio.sleep(0.05)

    return StreamingResponse(parts())


async def large(request):
    return Response(bytes(LARGE))


async def socket(socket):
    await socket.accept()
    with contextlib.suppress(Exception):
        while True:
            await socket.send_text(await socket.receive_text())


async def taken(request):
    return PlainTextResponse(str(len(await request.body())))


@contextlib.asynccontextmanager
async def served():
    routes = [Route("/stream", stream), Route("/large", large), Route("/taken", taken, methods=["PUT"]), WebSocketRoute("/socket", socket)]
    app = Starlette(routes=routes)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: here\r\nX-"], ids=["nothing", "half"])
def test_who_asks_nothing_is_let_go_and_who_follows_is_not(monkeypatch, said):
    monkeypatch.setattr(start, "SILENT", 1.0)
    start.close_what_asks_nothing()

    async def tried() -> None:
        async with served() as port, connect(f"ws://127.0.0.1:{port}/socket") as web_socket:
            follower, asks = await asyncio.open_connection("127.0.0.1", port)
            asks.write(b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
            silent, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            async with asyncio.timeout(60):
                with contextlib.suppress(ConnectionResetError):
                    assert await silent.read() == b""  # only when it is closed
                await web_socket.send("heard")
                assert await web_socket.recv() == "heard"
                await follower.readuntil(b"still there")
                await follower.read(100_000)
                await follower.readuntil(b"still there")
            asks.close()

    asyncio.run(tried())


def test_who_reads_nothing_of_an_answer_is_let_go_and_who_reads_slowly_is_not(monkeypatch):
    monkeypatch.setattr(start, "UNREAD", 2.0)
    start.close_what_asks_nothing()

    async def tried() -> None:
        async with served() as port:
            asked = b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n"
            (slow, asks), (unread, writer) = [await asyncio.open_connection("127.0.0.1", port, limit=1) for _ in range(2)]
            asks.write(asked)
            writer.write(asked)
            got = 0
            async with asyncio.timeout(60):
                while got < LARGE:
                    got += len(part := await slow.read(1_000_000))
                    assert part, "it was let go"
                    await asyncio.sleep(0.01)
                rest = 0
                with contextlib.suppress(ConnectionResetError):
                    while part := await unread.read(1_000_000):
                        rest += len(part)
                assert rest < LARGE
            asks.close()
            writer.close()


@pytest.mark.parametrize("endless", [b"GET /taken?", b"GET /taken HTTP/1.1\r\nX-Much: ", b"PUT /taken HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;"])
def test_a_head_has_an_end_and_a_body_may_be_longer(endless):
    start.close_what_asks_nothing()

    async def tried() -> None:
        async with served() as port, asyncio.timeout(60):
            reader, asks = await asyncio.open_connection("127.0.0.1", port)
            asks.write(b"PUT /taken HTTP/1.1\r\nHost: here\r\nContent-Length: 300000\r\n\r\n" + 300_000 * b"x")
            assert (await reader.readuntil(b"300000")).startswith(b"HTTP/1.1 200")
            with contextlib.suppress(ConnectionError):
                for n in range(1_000):
                    asks.write(endless if not n else 10_000 * b"x")
                    await asks.drain()
                    await asyncio.sleep(0)
                await reader.read()  # h11 says what is wrong first
            assert asks.transport.is_closing()

    asyncio.run(tried())


def test_of_a_connection_that_was_closed_nothing_is_kept_for_as_long_as_it_might_have_been_silent(monkeypatch):
    monkeypatch.setattr(start, "SILENT", 1_000.0)
    start.close_what_asks_nothing()

    async def tried() -> None:
        async with served() as port, asyncio.timeout(60):
            for _ in range(20):
                reader, asks = await asyncio.open_connection("127.0.0.1", port)
                asks.write(b"PUT /taken HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
                await reader.read()
                asks.close()
            for _ in range(1_000):  # until the server has heard of it, too
                await asyncio.sleep(0)
            assert not [one for one in gc.get_objects() if isinstance(one, H11Protocol | HttpToolsProtocol)]

    with without_collection():
        asyncio.run(tried())
