//! Where a request comes from, for the log and for limits.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerIp(IpAddr);

impl CallerIp {
    /// A proxy on this machine or its private network is believed; it adds the
    /// address it was called from at the end of `forwarded` (`X-Forwarded-For`),
    /// or says it alone (`X-Real-IP`). Whoever else says so is not.
    pub fn believe(peer: IpAddr, forwarded: Option<&str>, real: Option<&str>) -> Self {
        let peer = peer.to_canonical();
        let is_near = match peer {
            IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        };
        let told = forwarded.and_then(|list| list.rsplit(',').next()).or(real);
        let told = told.and_then(|ip| ip.trim().parse::<IpAddr>().ok());
        Self(told.filter(|_| is_near).unwrap_or(peer).to_canonical())
    }

    /// What limits take for one place. Whoever has one IPv6 address has the 2^64
    /// of their network.
    pub fn network(self) -> String {
        match self.0 {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

impl fmt::Display for CallerIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_address_is_taken_from_a_near_proxy_alone() {
        let cases = [
            ("127.0.0.1", Some("1.1.1.1, 203.0.113.9"), None, "203.0.113.9"),
            ("172.17.0.1", Some("203.0.113.9"), Some("192.0.2.1"), "203.0.113.9"),
            ("127.0.0.1", None, Some("203.0.113.9"), "203.0.113.9"),
            ("198.51.100.4", Some("203.0.113.9"), None, "198.51.100.4"),
            ("127.0.0.1", Some("nonsense"), None, "127.0.0.1"),
            ("::ffff:198.51.100.4", None, None, "198.51.100.4"),
        ];
        for (peer, forwarded, real, expected) in cases {
            let ip = CallerIp::believe(peer.parse().expect("an address"), forwarded, real);
            assert_eq!(ip.to_string(), expected, "{peer}");
        }
    }

    #[test]
    fn a_network_of_ipv6_is_one_place() {
        let network = |ip: &str| CallerIp::believe(ip.parse().expect("an address"), None, None).network();

        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }
}
