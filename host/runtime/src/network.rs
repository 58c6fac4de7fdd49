//! Where a name may lead: addresses are checked after they are resolved, and the one that was checked is connected to,
//! so that a name cannot show one address to the check and another to the connection.

use crate::hosts::Allowed;
use crate::options::OutboundNetwork;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The addresses of `host` that may be connected to.
pub(crate) async fn resolve(
    host: &str,
    port: u16,
    allowed: Allowed,
    network: OutboundNetwork,
) -> io::Result<Vec<SocketAddr>> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let all: Vec<SocketAddr> = match host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => tokio::net::lookup_host((host, port)).await?.collect(),
    };
    if all.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("{host} has no address")));
    }
    let free = allowed.named || network == OutboundNetwork::Any;
    let checked: Vec<_> = all.into_iter().filter(|address| free || is_public(address.ip())).collect();
    if checked.is_empty() {
        let why = format!("{host} leads into a private network: allowed_outbound_hosts must name the host itself");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    Ok(checked)
}

/// Whether an address belongs to nobody's inside.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Carrier-grade NAT (RFC 6598), protocol assignments (RFC 6890), benchmarking (RFC 2544).
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    if (a, b) == (0x64, 0xff9b) {
        // NAT64 (RFC 6052): the last four bytes are the address that is reached.
        let [.., w, x, y, z] = address.octets();
        return is_public_v4(Ipv4Addr::new(w, x, y, z));
    }
    // Only 2000::/3 is given out; of that, documentation (RFC 3849) and 6to4 and Teredo, which embed IPv4, are not meant.
    (a & 0xe000) == 0x2000 && (a, b) != (0x2001, 0xdb8) && a != 0x2002 && (a, b) != (0x2001, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_told_from_public_ones() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
        ] {
            assert!(!is_public(inner.parse().expect(inner)), "{inner}");
        }
        for public in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(public.parse().expect(public)), "{public}");
        }
    }

    #[tokio::test]
    async fn a_wildcard_does_not_lead_inside_and_a_name_does() {
        let wild = Allowed { named: false };
        let error = resolve("localhost", 80, wild, OutboundNetwork::PublicUnlessNamed).await.expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert!(resolve("localhost", 80, wild, OutboundNetwork::Any).await.is_ok());
        let named = Allowed { named: true };
        assert!(resolve("127.0.0.1", 80, named, OutboundNetwork::PublicUnlessNamed).await.is_ok());
    }
}
