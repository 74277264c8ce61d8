//! `[metrics]`

use std::net::SocketAddr;

use super::section::Section;

#[derive(Clone, Debug)]
pub struct Metrics {
    /// None: metrics are not served.
    pub listen: Option<SocketAddr>,
}

impl Metrics {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        Some(Self { listen: section.optional("listen") })
    }
}
