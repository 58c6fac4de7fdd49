//! `allowed_outbound_hosts`: which hosts a component may speak to. The grammar is Spin's.
//!
//! An entry is `SCHEME://HOST[:PORT]`. `*` stands for any scheme, host or port; `*.example.com` for any name below;
//! a host may be a network (`10.0.0.0/8`), a port a range whose end is not in it (`8000..9000`). A scheme with a
//! well-known port needs none.

use std::net::IpAddr;

const DATABASES: [&str; 2] = ["postgres", "redis"];

/// The allowed hosts of a component.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedHosts(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    scheme: Option<String>,
    host: Host,
    port: Port,
}

#[derive(Clone, Debug)]
enum Host {
    Any,
    Below(String),
    Exact(String),
    Network(IpAddr, u8),
    /// `self`: a request without a host, to the application itself. Such requests do not reach this list here.
    Own,
}

#[derive(Clone, Debug)]
enum Port {
    Any,
    Range(u16, u16),
    Exact(u16),
}

/// How a host is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Allowed {
    /// An entry names this very host, or a network that it lies in: the address is meant, wherever it is. So is every
    /// address of an entry for databases alone, which stand inside and whose addresses no visitor chooses.
    pub(crate) named: bool,
}

impl AllowedHosts {
    /// Reads entries whose templates have been filled.
    pub(crate) fn parse(entries: &[String]) -> Result<Self, String> {
        entries.iter().map(|entry| Entry::parse(entry)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `scheme://host:port` is allowed; `None` if not.
    pub(crate) fn find(&self, scheme: &str, host: &str, port: Option<u16>) -> Option<Allowed> {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let port = port.or_else(|| well_known_port(scheme));
        let mut found = self.0.iter().filter(|entry| entry.allows(scheme, &host, port)).peekable();
        found.peek()?;
        let named = found.any(|entry| {
            let is_database = entry.scheme.as_deref().is_some_and(|scheme| DATABASES.contains(&scheme));
            is_database || matches!(entry.host, Host::Exact(_) | Host::Network(..))
        });
        Some(Allowed { named })
    }
}

impl Entry {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("allowed_outbound_hosts: `{text}`: {why}");
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(|| wrong("must be SCHEME://HOST[:PORT]"))?;
        if scheme != "*" && (scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphabetic())) {
            return Err(wrong("the scheme must be letters, or `*`"));
        }
        let (host, port) = match rest.rfind(':') {
            // A colon inside brackets belongs to an IPv6 address.
            Some(at) if !rest[at..].contains(']') => (&rest[..at], &rest[at + 1..]),
            _ => (rest, ""),
        };
        let port = port.strip_suffix('/').unwrap_or(port);
        Ok(Self {
            scheme: (scheme != "*").then(|| scheme.to_ascii_lowercase()),
            host: Host::parse(host).map_err(&wrong)?,
            port: Port::parse(port, scheme).map_err(wrong)?,
        })
    }

    fn allows(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        self.scheme.as_deref().is_none_or(|own| own == scheme) && self.host.allows(host) && self.port.allows(port)
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().to_ascii_lowercase();
        if text == "*" {
            return Ok(Self::Any);
        }
        if text == "self" || text == "self.alt" {
            return Ok(Self::Own);
        }
        if text.starts_with('{') {
            return Err("lists of hosts are not supported");
        }
        if let Some(domain) = text.strip_prefix("*.") {
            return if domain.contains('*') {
                Err("`*` may stand only at the start")
            } else {
                Ok(Self::Below(format!(".{domain}")))
            };
        }
        if text.contains('*') {
            return Err("`*` may stand only for whole names at the start");
        }
        if let Some((address, bits)) = text.split_once('/') {
            if bits.is_empty() {
                return Ok(Self::Exact(address.to_owned()));
            }
            let address: IpAddr = address.parse().map_err(|_| "a host must not have a path")?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse().ok().filter(|bits| *bits <= most).ok_or("not a network")?;
            return Ok(Self::Network(address, bits));
        }
        if text.is_empty() {
            return Err("the host is missing");
        }
        Ok(Self::Exact(text.trim_start_matches('[').trim_end_matches(']').to_owned()))
    }

    fn allows(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Below(suffix) => host.ends_with(suffix.as_str()),
            Self::Exact(own) => own == host,
            Self::Network(network, bits) => {
                host.parse().is_ok_and(|address: IpAddr| in_network(address, *network, *bits))
            }
            Self::Own => false,
        }
    }
}

fn in_network(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            bits == 0 || (u32::from(a) ^ u32::from(b)).checked_shr(32 - u32::from(bits)).unwrap_or(0) == 0
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            bits == 0 || (u128::from(a) ^ u128::from(b)).checked_shr(128 - u32::from(bits)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

impl Port {
    fn parse(text: &str, scheme: &str) -> Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self::Any);
        }
        if text.is_empty() {
            return well_known_port(scheme).map(Self::Exact).ok_or("this scheme needs a port");
        }
        let number = |text: &str| text.parse().map_err(|_| "the port must be a number, a range `A..B`, or `*`");
        match text.split_once("..") {
            Some((start, end)) => Ok(Self::Range(number(start)?, number(end)?)),
            None => number(text).map(Self::Exact),
        }
    }

    fn allows(&self, port: Option<u16>) -> bool {
        match (self, port) {
            (Self::Any, _) => true,
            (Self::Exact(own), Some(port)) => *own == port,
            (Self::Range(start, end), Some(port)) => (*start..*end).contains(&port),
            (_, None) => false,
        }
    }
}

pub(crate) fn well_known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "redis" | "rediss" => Some(6379),
        "postgres" | "postgresql" => Some(5432),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entry: &str, url: (&str, &str, Option<u16>), expected: Option<bool>) {
        let hosts = AllowedHosts::parse(&[entry.to_owned()]).expect(entry);
        assert_eq!(hosts.find(url.0, url.1, url.2).map(|allowed| allowed.named), expected, "{entry} {url:?}");
    }

    #[test]
    fn an_entry_allows_what_it_says() {
        check("https://example.com", ("https", "example.com", None), Some(true));
        check("https://example.com", ("https", "Example.com", Some(443)), Some(true));
        check("https://example.com", ("http", "example.com", None), None);
        check("https://example.com", ("https", "example.com", Some(8443)), None);
        check("https://example.com:8443", ("https", "example.com", Some(8443)), Some(true));
        check("https://*.example.com", ("https", "a.b.example.com", None), Some(false));
        check("https://*.example.com", ("https", "example.com", None), None);
        check("https://*.example.com", ("https", "evilexample.com", None), None);
        check("*://*:*", ("redis", "127.0.0.1", Some(1)), Some(false));
        check("http://localhost:8000..8010", ("http", "localhost", Some(8009)), Some(true));
        check("http://localhost:8000..8010", ("http", "localhost", Some(8010)), None);
        check("redis://127.0.0.1", ("redis", "127.0.0.1", Some(6379)), Some(true));
        check("http://10.0.0.0/8:*", ("http", "10.1.2.3", None), Some(true));
        check("http://10.0.0.0/8:*", ("http", "11.1.2.3", None), None);
        check("http://[::1]:80", ("http", "[::1]", None), Some(true));
        check("http://*.spin.internal", ("http", "orders.spin.internal", None), Some(false));
    }

    #[test]
    fn a_broken_entry_is_refused() {
        for entry in
            ["example.com", "*", "foo://example.com", "http://a*b.com", "http://a:port", "http://", "{a}://b:1"]
        {
            assert!(AllowedHosts::parse(&[entry.to_owned()]).is_err(), "{entry}");
        }
    }
}
