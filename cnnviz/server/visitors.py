"""Whom limits count: a visitor's address, the IPv6 network of a household, or one connection of theirs."""

from ipaddress import IPv4Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection

from cnnviz.core.runtime.lru_cache import LruCache

PAUSE_KEY = "cnnviz.pause"
"""The scope's key for the pause that a connection made before a request."""


def connection_of(request: HTTPConnection) -> str:
    """The connection of a request, one of those that `visitor_of` counts together; of a proxy that passes on no port, all from one address are one.

    >>> connection_of(HTTPConnection({"type": "http", "client": ("10.0.0.7", 4711), "headers": []}))
    '10.0.0.7 4711'
    """
    return f"{request.client.host} {request.client.port}" if request.client else ""


def pause_of(request: HTTPConnection) -> float:
    """The seconds between the last answer on the connection of a request and this one, as RateLimitMiddleware has noted them."""
    return float(request.scope.get(PAUSE_KEY, 0.0))


def visitor_of(request: HTTPConnection) -> str:
    """The visitor of a request, as far as limits go: an IPv4 address, or the IPv6 network that one household has (Networks).

    It is the visitor's own where a proxy that is trusted passes it on (guards.Proxies); no other's word is taken.
    """
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """The IPv4 address, or the IPv6 network, by which what is asked from an address is counted."""
    return _NETWORKS.of(host)


class Networks:
    """IPv6 networks as they are counted: one of 2⁷² addresses, which a household has, and where more than MANY ask from a wider one, that.

    Those that came first go on to count by themselves.

    >>> networks = Networks()
    >>> [networks.of(f"2001:db8:0:{n}00::1") for n in (1, 2, 3, 4, 5, 1)][3:]
    ['2001:db8:0:400::/56', '2001:db8::/48', '2001:db8:0:100::/56']
    """

    MANY, SIZES = 4, (32, 48, 56)

    def __init__(self, known: int = 10_000) -> None:
        self.parts: LruCache[IPv6Network, set[IPv6Network]] = LruCache(known)

    def of(self, host: str) -> str:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return host[:64]
        if isinstance(address, IPv4Address):
            return host
        wide, *narrower = (IPv6Network((address, size), strict=False) for size in self.SIZES)
        for network in narrower:
            parts = self.parts.get_or_make(wide, set)
            if network not in parts and len(parts) >= self.MANY:
                return str(wide)
            parts.add(network)
            wide = network
        return str(wide)


_NETWORKS = Networks()
