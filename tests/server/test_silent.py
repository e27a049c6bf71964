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

from cnnviz.hosts.streamlit import connections
from tests.server.queues import without_collection

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
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1, ws="websockets-sansio"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


HEAD, HALF = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n", b"GET / HTTP/1.1\r\nHost: here\r\nX-"


@pytest.mark.parametrize("said", [[b""], [HALF], [HEAD, HALF]], ids=["nothing", "half", "half after an answer"])
async def test_who_asks_nothing_is_let_go_and_who_follows_is_not(monkeypatch, said):
    monkeypatch.setattr(connections, "SILENT", 1.0)
    connections.bound_connections()
    async with served() as port, connect(f"ws://127.0.0.1:{port}/socket") as web_socket:
        follower, asks = await asyncio.open_connection("127.0.0.1", port)
        asks.write(b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
        silent, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(60):
            for part in said:
                writer.write(part)
                if part is HEAD:
                    await silent.readuntil(b"\r\n\r\nNot Found")
            with contextlib.suppress(ConnectionResetError):
                assert await silent.read() == b""  # only when it is closed
            await web_socket.send("heard")
            assert await web_socket.recv() == "heard"
            await follower.readuntil(b"still there")
            await follower.read(100_000)
            await follower.readuntil(b"still there")
        asks.close()


async def test_who_reads_nothing_of_an_answer_is_let_go_and_who_reads_slowly_is_not(monkeypatch):
    monkeypatch.setattr(connections, "UNREAD", 2.0)
    connections.bound_connections()
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
            await asyncio.sleep(2 * connections.UNREAD)  # at the first look the machine may just have taken some of it
            rest = 0
            with contextlib.suppress(ConnectionResetError):
                while part := await unread.read(1_000_000):
                    rest += len(part)
            assert rest < LARGE
        asks.close()
        writer.close()


@pytest.mark.parametrize("endless", [b"GET /taken?", b"GET /taken HTTP/1.1\r\nX-Much: ", b"PUT /taken HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;"])
async def test_a_head_has_an_end_and_a_body_may_be_longer(endless):
    connections.bound_connections()
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


async def test_where_much_is_coming_only_short_heads_are_waited_for(monkeypatch):
    monkeypatch.setattr(connections, "MOST_UNHEARD", 20_000)
    connections.bound_connections()
    async with served() as port, asyncio.timeout(60):
        (short, one), (long, other) = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        one.write(HALF)
        await one.drain()
        other.write(HALF + 30_000 * b"x")
        with contextlib.suppress(ConnectionError):
            assert await long.read() == b""
        one.write(b": y\r\n\r\n")
        await short.readuntil(b"\r\n\r\nNot Found")
        one.close()


def test_a_connection_asks_one_thing_ahead_and_no_more():
    connections.bound_connections()

    async def tried(asked: bytes) -> bytes:
        async with served() as port, asyncio.timeout(60):
            reader, asks = await asyncio.open_connection("127.0.0.1", port)
            asks.write(asked + b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                return await reader.read()
            return b""

    assert asyncio.run(tried(HEAD)).count(b"Not Found") == 2 * 2  # its line and its body, of each
    stream = b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n"
    assert asyncio.run(tried(stream + 1_000 * HEAD)).count(b"HTTP/1.1") <= 2  # of the stream, and that this is none


@pytest.mark.parametrize("sent", [b"\x89\x80\0\0\0\0", b"\x8a\x80\0\0\0\0", b"\x81\x81\0\0\0\0x", b"\x81\xff\0\0\0\0\0\1\0\1\0\0\0\0"], ids=["pings", "pongs", "many", "long"])
async def test_a_web_socket_says_so_much_at_once_and_no_more(sent):
    connections.bound_connections()
    async with served() as port, asyncio.timeout(60), connect(f"ws://127.0.0.1:{port}/socket", ping_interval=None) as web_socket:
        await web_socket.send(40_000 * "x")
        assert len(await web_socket.recv()) == 40_000
        web_socket.transport.write(100_000 * sent if len(sent) < 8 else sent)
        await web_socket.wait_closed()
        assert web_socket.close_code == (1006 if len(sent) < 8 else 1009)


def test_of_a_connection_that_was_closed_nothing_is_kept_for_as_long_as_it_might_have_been_silent(monkeypatch):
    monkeypatch.setattr(connections, "SILENT", 1_000.0)
    connections.bound_connections()

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
