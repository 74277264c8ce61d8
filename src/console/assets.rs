//! The style sheet, the script and the icon. Their addresses carry the hash of
//! their content, so that a browser may keep them for ever.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::failure::PageError;
use super::headers::KEEP_FOR_A_YEAR;

#[derive(RustEmbed)]
#[folder = "src/console/assets"]
struct Assets;

pub(super) const STYLE: &str = "console.css";
pub(super) const SCRIPT: &str = "console.js";
pub(super) const ICON: &str = "icon.svg";

/// `/console/assets/0123456789abcdef-console.css`
pub(super) fn address(name: &str) -> String {
    let hash = Assets::get(name).map(|file| fingerprint(&file)).unwrap_or_default();
    format!("/console/assets/{hash}-{name}")
}

pub(super) async fn serve(Path(asked): Path<String>) -> Result<Response, PageError> {
    let (hash, name) = asked.split_once('-').ok_or(PageError::Missing)?;
    let file = Assets::get(name).filter(|file| fingerprint(file) == hash).ok_or(PageError::Missing)?;
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    Ok(([(CONTENT_TYPE, media_type), KEEP_FOR_A_YEAR], file.data.into_owned()).into_response())
}

fn fingerprint(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
