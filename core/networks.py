"""Where a caller comes from: one household or phone on the internet, or a network that may hold many."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

# This machine and networks behind it: RFC 1918, 4193, 6598 (a carrier's inside), 3927.
_OUR_SIDE = tuple(
    ip_network(block)
    for block in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


@lru_cache(maxsize=4096)
def network_of(host: str) -> str:
    """The address itself; of IPv6 the 64 bits that one household or phone is given."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether a network stands for one caller on the internet. A proxy of ours, or the ward's own network, may be many."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return not any(ip in network for network in _OUR_SIDE)
