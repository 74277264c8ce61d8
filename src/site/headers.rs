//! What every answer tells the browser, so that a page can neither be framed
//! nor made to load or run anything that is not ours.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::response::Response;

/// Pages are made anew each time, so that an edit shows at once.
pub(super) const ASK_AGAIN: (HeaderName, &str) = (CACHE_CONTROL, "no-cache");
pub(super) const NEVER_KEEP: (HeaderName, &str) = (CACHE_CONTROL, "no-store");
/// For what is asked for by its fingerprint: another content has another address.
pub(super) const KEEP_FOR_A_YEAR: (HeaderName, &str) = (CACHE_CONTROL, "public, max-age=31536000, immutable");

const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PROTECTION: [(HeaderName, HeaderValue); 4] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // For webviews that do not know `frame-ancestors`.
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

pub(super) async fn protect(mut response: Response) -> Response {
    response.headers_mut().extend(PROTECTION);
    response
}
