//! The style sheet, the one script and the icon, built into the program.

use std::fmt;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use super::headers::KEEP_FOR_A_YEAR;
use super::{Site, missing};

/// Shows itself as its address, which changes with its content.
#[derive(Debug)]
pub(super) struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
    fingerprint: u64,
}

pub(super) static STYLE: Asset =
    Asset::new("site.css", "text/css; charset=utf-8", include_str!("assets/site.css"));
pub(super) static SCRIPT: Asset =
    Asset::new("site.js", "text/javascript; charset=utf-8", include_str!("assets/site.js"));
pub(super) static ICON: Asset = Asset::new("icon.svg", "image/svg+xml", include_str!("assets/icon.svg"));

pub(super) async fn serve(site: State<Arc<Site>>, Path(name): Path<String>) -> Response {
    match [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name) {
        Some(asset) => ([(CONTENT_TYPE, asset.media_type), KEEP_FOR_A_YEAR], asset.content).into_response(),
        None => missing::show(site).await,
    }
}

impl Asset {
    const fn new(name: &'static str, media_type: &'static str, content: &'static str) -> Self {
        Self { name, media_type, content, fingerprint: fingerprint(content.as_bytes()) }
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/assets/{}?v={:016x}", self.name, self.fingerprint)
    }
}

/// FNV-1a, 64 bits: it only has to change when the content does.
const fn fingerprint(mut bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        bytes = rest;
    }
    hash
}
