//! Who asks about health. Problems of the rulebook and refused requests are
//! the operator's business: a stranger learns only whether we answer.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visitor {
    /// From this machine or its private network, and through no proxy.
    Operator,
    Stranger,
}

/// What a proxy adds. Behind one, everybody's address is the proxy's.
const PROXY_HEADERS: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Ok(Self::of(peer, &parts.headers))
    }
}

impl Visitor {
    fn of(peer: Option<IpAddr>, headers: &HeaderMap) -> Self {
        let through_proxy = PROXY_HEADERS.iter().any(|name| headers.contains_key(*name));
        match peer {
            Some(peer) if is_near(peer) && !through_proxy => Self::Operator,
            Some(_) | None => Self::Stranger,
        }
    }
}

fn is_near(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PEERS: &[(&str, Visitor)] = &[
        ("127.0.0.1", Visitor::Operator),
        ("::1", Visitor::Operator),
        ("::ffff:127.0.0.1", Visitor::Operator),
        ("172.17.0.1", Visitor::Operator),
        ("10.1.2.3", Visitor::Operator),
        ("fd00::1", Visitor::Operator),
        ("172.32.0.1", Visitor::Stranger),
        ("203.0.113.7", Visitor::Stranger),
        ("2001:db8::1", Visitor::Stranger),
    ];

    #[test]
    fn only_a_near_peer_is_the_operator() {
        for (peer, expected) in PEERS {
            let ip = peer.parse().expect("an address");

            assert_eq!(Visitor::of(Some(ip), &HeaderMap::new()), *expected, "{peer}");
        }
        assert_eq!(Visitor::of(None, &HeaderMap::new()), Visitor::Stranger, "an unknown peer");
    }

    #[test]
    fn whoever_comes_through_a_proxy_is_a_stranger() {
        for name in PROXY_HEADERS {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static("127.0.0.1"));

            let visitor = Visitor::of(Some(IpAddr::from([127, 0, 0, 1])), &headers);

            assert_eq!(visitor, Visitor::Stranger, "{name}");
        }
    }
}
