//! The cookies: the session, who used this browser before, how somebody likes the pages, and what was done
//! just before. All `HttpOnly` and `SameSite=Strict`.

use std::time::Duration;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use super::door::Transport;

pub(super) const SESSION: &str = "yingda_session";
/// A browser that logged in before; see `login`.
pub(super) const DEVICE: &str = "yingda_device";
pub(super) const LANG: &str = "yingda_lang";
pub(super) const THEME: &str = "yingda_theme";
pub(super) const SHORTCUTS: &str = "yingda_keys";
pub(super) const NOTICE: &str = "yingda_notice";

pub(super) const A_MINUTE: Duration = Duration::from_secs(60);
pub(super) const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The store ends a session earlier.
pub(super) const TWO_WEEKS: Duration = Duration::from_secs(14 * 24 * 60 * 60);

pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).map(str::trim);
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// `value` is letters, digits, and signs that need no quotes: ours always are.
pub(super) fn set(name: &str, value: &str, lasts: Duration, transport: Transport) -> HeaderValue {
    let secure = match transport {
        Transport::Encrypted => "; Secure",
        Transport::Plain => "",
    };
    let seconds = lasts.as_secs();
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static("yingda_none=; Max-Age=0"))
}

pub(super) fn forget(name: &str, transport: Transport) -> HeaderValue {
    set(name, "", Duration::ZERO, transport)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("other=1; yingda_lang=en"));
        headers.append(COOKIE, HeaderValue::from_static("x_yingda_theme=dark"));

        assert_eq!(read(&headers, LANG), Some("en"));
        assert_eq!(read(&headers, THEME), None);
    }

    #[test]
    fn a_cookie_is_secure_where_the_connection_is() {
        let line = |transport| {
            set(SESSION, "v", A_MINUTE, transport).to_str().map(str::to_owned).unwrap_or_default()
        };

        assert!(line(Transport::Encrypted).ends_with("HttpOnly; SameSite=Strict; Secure"));
        assert!(line(Transport::Plain).ends_with("HttpOnly; SameSite=Strict"));
    }
}
