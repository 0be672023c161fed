"""Where a caller comes from: one household or phone on the internet, or a network that may hold many."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address


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
    """Whether an address is of one host on the open internet, as IANA's registers have it, also where it hides an older one.

    All else may be many: this machine, a proxy of ours, the ward's own network, a carrier's inside, a provider's own services.
    """
    try:
        known = ip_address(address.split("%")[0])
    except ValueError:
        return False
    older = (known.ipv4_mapped or known.sixtofour) if isinstance(known, IPv6Address) else None
    return known.is_global and not known.is_multicast and (older is None or is_public(str(older)))
