"""Identity of clients for rate limits: the IPv4 address or a household's IPv6 network, and single connections."""

from ipaddress import IPv4Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection

from cnnviz.core.runtime.lru_cache import LruCache

PAUSE_KEY = "cnnviz.pause"
"""Scope key of the seconds between a connection's last response and a request."""


def connection_of(request: HTTPConnection) -> str:
    """Return an id of the connection: host and port. If a proxy omits the port, all connections of an address share an
    id.

    >>> connection_of(HTTPConnection({"type": "http", "client": ("10.0.0.7", 4711), "headers": []}))
    '10.0.0.7 4711'
    """
    return f"{request.client.host} {request.client.port}" if request.client else ""


def pause_of(request: HTTPConnection) -> float:
    """Return the seconds between the connection's last response and this request, as RateLimitMiddleware recorded
    them."""
    return float(request.scope.get(PAUSE_KEY, 0.0))


def visitor_of(request: HTTPConnection) -> str:
    """Return the visitor as rate limits count it: an IPv4 address, or a household's IPv6 network (Networks).

    Behind a trusted proxy it is the address that the proxy forwards (guards.Proxies). Other forwarding headers are
    ignored.
    """
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """Return the IPv4 address or IPv6 network that rate limits count for a host."""
    return _NETWORKS.network_of(host)


class Networks:
    """IPv6 networks as rate limits count them: a /56, which a household has, or a wider one if more than MANY of its
    parts are active.

    The first MANY parts are still counted by themselves.

    >>> networks = Networks()
    >>> [networks.network_of(f"2001:db8:0:{n}00::1") for n in (1, 2, 3, 4, 5, 1)][3:]
    ['2001:db8:0:400::/56', '2001:db8::/48', '2001:db8:0:100::/56']
    """

    MANY, SIZES = 4, (32, 48, 56)

    def __init__(self, known: int = 10_000) -> None:
        self.parts: LruCache[IPv6Network, set[IPv6Network]] = LruCache(known)

    def network_of(self, host: str) -> str:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return host[:64]
        if isinstance(address, IPv4Address):
            return host
        widest_network, *narrower_networks = (IPv6Network((address, size), strict=False) for size in self.SIZES)
        for network in narrower_networks:
            parts = self.parts.get_or_make(widest_network, set)
            if network not in parts and len(parts) >= self.MANY:
                return str(widest_network)
            parts.add(network)
            widest_network = network
        return str(widest_network)


_NETWORKS = Networks()
