"""Whom a limit counts: the visitor, whatever a visitor says, and the one whom a trusted proxy speaks for."""

import asyncio
import random

import pytest
from starlette.requests import Request
from uvicorn import Config

from cnnviz.hosts.streamlit.guards import Proxies
from cnnviz.server.visitors import Networks, connection_of, visitor_of


def counted(client: str, forwarded: str = "") -> str:
    """Who is counted where `client` connects, by the web server's layer and ours, as they stand around the page."""
    return told(client, forwarded)[0]


def told(client: str, forwarded: str) -> tuple[str, str]:
    """The same, and of which connection."""
    seen = []

    async def app(scope, receive, send):
        seen.extend((visitor_of(Request(scope)), connection_of(Request(scope))))

    config = Config(Proxies(app), log_config=None)
    config.load()
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers, "client": (client, 4711)}
    asyncio.run(config.loaded_app(scope, None, None))
    return tuple(seen)


@pytest.mark.parametrize("client", ["10.0.0.7", "172.17.0.1", "192.168.1.9", "203.0.113.5"])
def test_what_a_visitor_says_of_itself_counts_for_nothing(client):
    assert counted(client, "198.51.100.1") == client


@pytest.mark.parametrize("mapped", ["", "::ffff:"], ids=["IPv4", "both"])
def test_a_proxy_on_this_machine_speaks_for_its_visitors(mapped):
    assert counted(f"{mapped}127.0.0.1", "198.51.100.1") == "198.51.100.1"
    assert counted(f"{mapped}127.0.0.1", "6.6.6.6, 198.51.100.1") == "198.51.100.1", "the rest came from the visitor"
    assert counted(f"{mapped}127.0.0.1") == "127.0.0.1"
    assert told(f"{mapped}127.0.0.1", "198.51.100.1:80") == ("198.51.100.1", "198.51.100.1 80")
    assert told(f"{mapped}127.0.0.1", "6.6.6.6, [2001:db8::1]:80") == ("2001:db8::/56", "2001:db8::1 80")


@pytest.mark.parametrize("mapped", ["", "::ffff:"], ids=["IPv4", "both"])
def test_a_proxy_elsewhere_does_where_the_setting_names_it(monkeypatch, mapped):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1,172.30.57.0/24")
    assert counted(f"{mapped}172.30.57.3", "198.51.100.1") == "198.51.100.1"
    assert counted(f"{mapped}172.30.58.3", "198.51.100.1") == "172.30.58.3"


def test_addresses_that_one_visitor_can_have_at_will_are_one():
    assert counted("2001:db8:1:2::1") == counted("2001:db8:1:2:ffff::9") == counted("2001:db8:1:3::1") == "2001:db8:1::/56"
    assert counted("2001:db8:1:102::1") != counted("2001:db8:1:2::1")
    assert counted("::ffff:198.51.100.1") == "198.51.100.1"
    assert counted("127.0.0.1", "x" * 900) == "x" * 64


def test_of_many_networks_of_one_provider_some_count_by_themselves_and_the_others_together():
    networks, random_ = Networks(), random.Random(0)
    seen = {networks.network_of(f"2001:db8:{random_.randrange(2**16):x}:{random_.randrange(2**16):x}::1") for _ in range(5_000)}
    assert len(seen) <= 1 + 4 * (1 + 4) and "2001:db8::/32" in seen
    assert networks.network_of("2001:db9::1") == "2001:db9::/56"
    for n in range(12_000):  # of as many providers as there are
        networks.network_of(f"{0x2000 + n % 8_000:x}:{n:x}::1")
    assert len(networks.parts) <= 10_000
