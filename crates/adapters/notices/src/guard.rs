//! Where a webhook may go. Somebody who may enter an address must not be able to make the server knock at doors inside
//! its own network (server-side request forgery): only http and https, no credentials in the address, and, unless a
//! setting allows it, no address that is not of the public internet. Names are judged by what they resolve to, at the
//! very look-up the connection uses, so a name that changes its mind in between gains nothing; redirects are never
//! followed.
//!
//! The list of special addresses follows the IANA special-purpose registries (RFC 6890 and its updates).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Longest address taken, in bytes.
pub(crate) const MAX_URL: usize = 500;

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlFault {
    #[error("not an http or https address")]
    Unreadable,
    #[error("the address is longer than 500 bytes")]
    TooLong,
    #[error("the address carries a user name or password")]
    Credentials,
    #[error("the address lies in the own network")]
    Private,
}

impl UrlFault {
    /// Key of the field's sentence.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "webhook-url",
            Self::TooLong => "webhook-url-long",
            Self::Credentials => "webhook-url-credentials",
            Self::Private => "webhook-url-private",
        }
    }
}

/// Reads an address and refuses what can be refused without looking names up.
pub(crate) fn check_url(text: &str, private_allowed: bool) -> Result<Url, UrlFault> {
    if text.len() > MAX_URL {
        return Err(UrlFault::TooLong);
    }
    // The parser brings odd forms of IPv4 (octal, hexadecimal, one number) into the usual one.
    let url = Url::parse(text.trim()).map_err(|_unreadable| UrlFault::Unreadable)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlFault::Unreadable);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlFault::Credentials);
    }
    let host = url.host_str().ok_or(UrlFault::Unreadable)?;
    if private_allowed {
        return Ok(url);
    }
    let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let local = name == "localhost" || name.ends_with(".localhost");
    match literal {
        _ if local => Err(UrlFault::Private),
        Some(ip) if !is_public(ip) => Err(UrlFault::Private),
        _ => Ok(url),
    }
}

/// Whether an address belongs to the public internet.
#[must_use]
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        (0 | 10 | 127, _, _) => true,
        (100, 64..=127, _) => true,
        (169, 254, _) => true,
        (172, 16..=31, _) => true,
        (192, 0, 0 | 2) | (192, 88, 99) => true,
        (192, 168, _) => true,
        (198, 18 | 19, _) => true,
        (198, 51, 100) | (203, 0, 113) => true,
        // Multicast, reserved, broadcast.
        (224..=255, _, _) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // IPv4-mapped, and the translation prefix: judged by the address inside.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            embedded(high, low)
        }
        [0x2002, high, low, ..] => embedded(high, low),
        // Documentation, benchmarking, Teredo and other protocol assignments.
        [0x2001, 0x0db8, ..] => false,
        [0x2001, second, ..] if second < 0x0200 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Global unicast and nothing else: leaves out loopback, unique local, link-local, multicast.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

/// The resolver of the client that sends webhooks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuardedResolver {
    pub(crate) private_allowed: bool,
}

/// The name resolves into the own network.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves into the own network")]
pub(crate) struct Forbidden;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private_allowed = self.private_allowed;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !private_allowed && !found.iter().all(|address| is_public(address.ip())) {
                return Err(Forbidden.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_public_http_addresses_pass() {
        for fine in [
            "https://example.com/hook?x=1",
            "http://93.184.216.34:8080/",
            "https://[2606:2800:220:1::1]/",
            "http://100.63.255.255/",
            "http://172.32.0.1/",
        ] {
            check_url(fine, false).unwrap();
        }
        let refused = [
            ("ftp://example.com/", UrlFault::Unreadable),
            ("file:///etc/passwd", UrlFault::Unreadable),
            ("example.com", UrlFault::Unreadable),
            ("javascript:alert(1)", UrlFault::Unreadable),
            ("https://", UrlFault::Unreadable),
            ("https://user:pw@example.com/", UrlFault::Credentials),
            ("http://localhost:8080/", UrlFault::Private),
            ("http://LOCALHOST./", UrlFault::Private),
            ("http://a.localhost/", UrlFault::Private),
            ("http://127.0.0.1/", UrlFault::Private),
            ("http://127.1/", UrlFault::Private),
            ("http://0x7f.0.0.1/", UrlFault::Private),
            ("http://2130706433/", UrlFault::Private),
            ("http://017700000001/", UrlFault::Private),
            ("http://0.0.0.0/", UrlFault::Private),
            ("http://10.1.2.3/", UrlFault::Private),
            ("http://172.20.0.1/", UrlFault::Private),
            ("http://192.168.1.1/", UrlFault::Private),
            (
                "http://169.254.169.254/latest/meta-data/",
                UrlFault::Private,
            ),
            ("http://100.100.100.200/", UrlFault::Private),
            ("http://[::1]/", UrlFault::Private),
            ("http://[::]/", UrlFault::Private),
            ("http://[fe80::1]/", UrlFault::Private),
            ("http://[fd00:ec2::254]/", UrlFault::Private),
            ("http://[::ffff:10.0.0.1]/", UrlFault::Private),
            ("http://[::ffff:7f00:1]/", UrlFault::Private),
            ("http://[64:ff9b::a00:1]/", UrlFault::Private),
            ("http://[2002:a00:1::]/", UrlFault::Private),
        ];
        for (url, fault) in refused {
            assert_eq!(check_url(url, false).unwrap_err(), fault, "{url}");
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_URL));
        assert_eq!(check_url(&long, false).unwrap_err(), UrlFault::TooLong);
    }

    #[test]
    fn a_setting_opens_the_own_network_but_not_other_schemes() {
        check_url("http://127.0.0.1:9/", true).unwrap();
        assert!(check_url("ftp://127.0.0.1/", true).is_err());
        assert!(check_url("http://u@127.0.0.1/", true).is_err());
    }

    proptest! {
        /// The standard library's stable predicates agree where they speak.
        #[test]
        fn nothing_the_library_calls_private_is_public(bits in any::<u32>()) {
            let ip = Ipv4Addr::from(bits);
            let known = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast()
                || ip.is_broadcast() || ip.is_documentation() || ip.is_unspecified();
            prop_assert!(!(known && is_public_v4(ip)));
        }

        /// An IPv4 address is judged the same however IPv6 carries it.
        #[test]
        fn wrapping_does_not_help(bits in any::<u32>()) {
            let ip = Ipv4Addr::from(bits);
            prop_assert_eq!(is_public(ip.into()), is_public(ip.to_ipv6_mapped().into()));
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused_at_the_look_up() {
        let name = || "localhost".parse::<Name>().unwrap();
        let guarded = GuardedResolver {
            private_allowed: false,
        };
        let refused = guarded.resolve(name()).await.err().unwrap();
        assert!(refused.downcast_ref::<Forbidden>().is_some());
        let open = GuardedResolver {
            private_allowed: true,
        };
        assert!(open.resolve(name()).await.unwrap().count() > 0);
    }
}
