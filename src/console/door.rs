//! What happens to every request first: who calls, in which language, from
//! where; whether a form was sent by our own page; and, until somebody has a
//! password, whether the caller sits at this machine. A body has a deadline. Not
//! here: who is logged
//! in (`visit`).

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, HOST, ORIGIN, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Console;
use super::cookie;
use super::deadline;
use super::failure::{self, PageError};
use super::preferences::{Shortcuts, Theme};
use super::words::{Lang, Words, words};
use crate::model::CallerIp;
use crate::store::Ticket;

/// One request's circumstances.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub t: &'static Words,
    pub theme: Theme,
    pub shortcuts: Shortcuts,
    pub place: Place,
    /// For the log.
    pub ip: String,
    /// One place, for limits.
    pub network: String,
    /// Sealed: who logged in with this browser before.
    pub device: Option<String>,
    pub transport: Transport,
    /// A key of words: what was done just before.
    pub notice: Option<String>,
    pub path: String,
    /// As the browser reached us, for links that are passed on: `https://wx.example.org`.
    pub origin: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A loopback peer asking for a loopback host, through no proxy.
    ThisMachine,
    Elsewhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Plain,
    /// Cookies are marked `Secure`.
    Encrypted,
}

/// What a proxy adds. Behind one, everybody's address is the proxy's.
const PROXY_HEADERS: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Addresses that stay open before anybody has a password. An invitation was
/// made by somebody at this machine: its key is proof enough.
const BEFORE_SET_UP: [&str; 4] = ["/setup", "/join", "/try", "/preferences"];

pub(super) async fn receive(
    State(console): State<Arc<Console>>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = Caller::of(&request, &console);
    let ticket = cookie::read(request.headers(), cookie::SESSION).and_then(Ticket::read);
    request.extensions_mut().insert(caller.clone());
    let may_pass = match check_sender(&request, &console) {
        Ok(()) => check_set_up(&console, &caller).await,
        foreign => foreign,
    };
    let response = match may_pass {
        Ok(()) => next.run(in_time(request)).await,
        Err(failure) => failure.into_response(),
    };
    let mut response = failure::show(&console, &caller, ticket, response).await;
    if caller.notice.is_some() {
        response.headers_mut().append(SET_COOKIE, cookie::forget(cookie::NOTICE, caller.transport));
    }
    response
}

fn in_time(request: Request) -> Request {
    match *request.method() {
        Method::GET | Method::HEAD => request,
        _ => request.map(|body| deadline::give(body, deadline::ALL_OF_IT)),
    }
}

/// For addresses that only who sits at this machine may open.
pub(super) async fn keep_strangers_out(caller: Caller, request: Request, next: Next) -> Response {
    match caller.place {
        Place::ThisMachine => next.run(request).await,
        Place::Elsewhere => PageError::Missing.into_response(),
    }
}

fn check_sender(request: &Request, console: &Console) -> Result<(), PageError> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_from_our_page(request.headers(), console.public_url.as_deref()) {
        return Err(PageError::ForeignForm);
    }
    Ok(())
}

async fn check_set_up(console: &Console, caller: &Caller) -> Result<(), PageError> {
    let path = caller.path.as_str();
    let stays_open = BEFORE_SET_UP.contains(&path) || path.starts_with("/console/assets/");
    if stays_open || console.is_set_up().await? {
        return Ok(());
    }
    match caller.place {
        Place::ThisMachine => Err(PageError::NotSetUp),
        Place::Elsewhere => Err(PageError::Missing),
    }
}

/// Every browser of the last years sends one of the two with a form.
fn is_from_our_page(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return false };
    let is_host = text(HOST.as_str()).is_some_and(|host| {
        origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) == Some(host)
    });
    is_host || public_url.and_then(origin_of) == Some(origin)
}

/// `https://wx.example.org` of an address below it.
fn origin_of(url: &str) -> Option<&str> {
    let host = url.find("://")? + "://".len();
    let end = url.get(host..)?.find('/').map_or(url.len(), |slash| host + slash);
    url.get(..end)
}

impl Caller {
    fn of(request: &Request, console: &Console) -> Self {
        let headers = request.headers();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let ip = address_of(peer, headers);
        let cookie = |name| cookie::read(headers, name);
        let lang = cookie(cookie::LANG).and_then(Lang::parse).unwrap_or_else(|| preferred(headers));
        let transport = Transport::of(headers, console.public_url.as_deref());
        let notice = cookie(cookie::NOTICE).filter(|key| words(lang).knows(key));
        Self {
            t: words(lang),
            theme: cookie(cookie::THEME).and_then(Theme::parse).unwrap_or_default(),
            shortcuts: cookie(cookie::SHORTCUTS).and_then(Shortcuts::parse).unwrap_or_default(),
            place: Place::of(peer, headers),
            ip: ip.map_or_else(String::new, |ip| ip.to_string()),
            network: ip.map_or_else(String::new, CallerIp::network),
            device: cookie(cookie::DEVICE).map(str::to_owned),
            transport,
            notice: notice.map(str::to_owned),
            path: request.uri().path().to_owned(),
            origin: transport.origin(headers),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().expect("`receive` stands before every page").clone())
    }
}

/// Chinese, unless a browser asks for English and for no Chinese.
fn preferred(headers: &HeaderMap) -> Lang {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if asked.starts_with("en") && !asked.contains("zh") { Lang::En } else { Lang::Zh }
}

impl Place {
    fn of(peer: Option<IpAddr>, headers: &HeaderMap) -> Self {
        let through_proxy = PROXY_HEADERS.iter().any(|name| headers.contains_key(*name));
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match peer {
            Some(peer) if peer.to_canonical().is_loopback() && !through_proxy && is_loopback(host) => {
                Self::ThisMachine
            }
            Some(_) | None => Self::Elsewhere,
        }
    }
}

/// A page elsewhere can make its own name point at this machine; then the host
/// is that name.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn address_of(peer: Option<IpAddr>, headers: &HeaderMap) -> Option<CallerIp> {
    let last = |name: &str| headers.get_all(name).iter().next_back().and_then(|value| value.to_str().ok());
    Some(CallerIp::believe(peer?, last("x-forwarded-for"), last("x-real-ip")))
}

impl Transport {
    fn of(headers: &HeaderMap, public_url: Option<&str>) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let by_proxy = text("x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        let host = text(HOST.as_str()).unwrap_or_default();
        let by_name = public_url.and_then(origin_of).and_then(|origin| origin.strip_prefix("https://"));
        if by_proxy || by_name == Some(host) { Self::Encrypted } else { Self::Plain }
    }

    fn origin(self, headers: &HeaderMap) -> String {
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match self {
            Self::Encrypted => format!("https://{host}"),
            Self::Plain => format!("http://{host}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    type Pairs = &'static [(&'static str, &'static str)];

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_form_counts_only_when_our_own_page_sent_it() {
        let cases: &[(&str, Pairs, bool)] = &[
            ("our page", &[("sec-fetch-site", "same-origin")], true),
            ("another site", &[("sec-fetch-site", "cross-site")], false),
            ("a sister domain", &[("sec-fetch-site", "same-site")], false),
            ("typed by hand", &[("sec-fetch-site", "none")], false),
            ("an older browser", &[("origin", "http://here:80"), ("host", "here:80")], true),
            ("an older browser elsewhere", &[("origin", "http://evil"), ("host", "here")], false),
            ("a sandboxed page", &[("origin", "null"), ("host", "here")], false),
            ("through a proxy", &[("origin", "https://wx.example.org"), ("host", "127.0.0.1:8080")], true),
            ("nothing said", &[("host", "here")], false),
        ];
        for (name, pairs, expected) in cases {
            let from_us = is_from_our_page(&headers(pairs), Some("https://wx.example.org/base"));
            assert_eq!(from_us, *expected, "{name}");
        }
    }

    #[test]
    fn only_a_loopback_peer_and_host_without_a_proxy_are_this_machine() {
        let cases: &[(&str, Pairs, Place)] = &[
            ("127.0.0.1", &[("host", "127.0.0.1:8080")], Place::ThisMachine),
            ("::1", &[("host", "[::1]:8080")], Place::ThisMachine),
            ("::ffff:127.0.0.1", &[("host", "localhost")], Place::ThisMachine),
            ("127.0.0.1", &[("host", "evil.example")], Place::Elsewhere),
            ("127.0.0.1", &[], Place::Elsewhere),
            ("192.168.1.2", &[("host", "127.0.0.1")], Place::Elsewhere),
            ("127.0.0.1", &[("host", "127.0.0.1"), ("x-forwarded-for", "127.0.0.1")], Place::Elsewhere),
            ("127.0.0.1", &[("host", "127.0.0.1"), ("forwarded", "for=127.0.0.1")], Place::Elsewhere),
        ];
        for (peer, pairs, expected) in cases {
            let place = Place::of(peer.parse().ok(), &headers(pairs));
            assert_eq!(place, *expected, "{peer} {pairs:?}");
        }
    }
}
