//! A browser without JavaScript: cookies, forms with their tokens, redirects.
//! `Browser::admin(&yingda)` is logged in; `Browser::with_role` as whom you
//! like; `Browser::stranger` is nobody.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use tower::ServiceExt as _;
use yingda::model::{Clock, Role};
use yingda::store::{Actor, OperationKind, Purpose, Store};

use super::service::Yingda;

pub const PASSWORD: &str = "青松立在山上从不动摇";

const HERE: &str = "127.0.0.1";
const HOST: &str = "127.0.0.1:8080";

pub struct Browser {
    routes: Router,
    cookies: Mutex<BTreeMap<String, String>>,
    /// The form token of the page that was shown last.
    token: Mutex<String>,
    peer: SocketAddr,
    headers: Vec<(&'static str, String)>,
}

#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    /// At this machine, in Chinese, logged in nowhere.
    pub fn stranger(routes: &Router) -> Self {
        let peer = format!("{HERE}:50000").parse().expect("an address");
        let headers = vec![("host", HOST.to_owned()), ("accept-language", "zh-CN,zh;q=0.9".to_owned())];
        Self { routes: routes.clone(), cookies: Mutex::default(), token: Mutex::default(), peer, headers }
    }

    /// From another address, through no proxy.
    pub fn from(mut self, ip: &str) -> Self {
        self.peer = format!("{ip}:50000").parse().expect("an address");
        self.headers.retain(|(name, _)| *name != "host");
        self.with_header("host", "wx.example.org")
    }

    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub async fn admin(yingda: &Yingda) -> Self {
        Self::with_role(yingda, Role::Admin).await
    }

    /// Invited by a link, joined, logged in. The member is called as the role.
    pub async fn with_role(yingda: &Yingda, role: Role) -> Self {
        Self::join(yingda, role, role.title()).await
    }

    pub async fn named_admin(yingda: &Yingda, name: &str) -> Self {
        Self::join(yingda, Role::Admin, name).await
    }

    async fn join(yingda: &Yingda, role: Role, name: &str) -> Self {
        let browser = Self::stranger(&yingda.app.routes);
        let key = invitation(&yingda.app.store, &yingda.clock, role).await;
        let fields = [("key", key.as_str()), ("name", name), ("password", PASSWORD)];
        let joined = browser.post("/join", &fields).await;
        assert_eq!(joined.location(), "/console", "{joined:?}");
        browser.get("/console/account").await;
        browser
    }

    pub async fn get(&self, address: &str) -> Page {
        self.send(Request::get(address), Body::empty()).await
    }

    /// As the page shown last would send it: from our own page, with its token.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token.lock().expect("no test panics with it").clone();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("_token", token.as_str())]).collect();
        self.post_raw(address, &fields, &[("sec-fetch-site", "same-origin")]).await
    }

    /// From here on it sends what a page of another session showed.
    pub fn borrow_token(&self, other: &Self) {
        let token = other.token.lock().expect("no test panics with it").clone();
        *self.token.lock().expect("no test panics with it") = token;
    }

    /// As a form with a file sends it: in parts, the token first.
    pub async fn upload(&self, address: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Page {
        const BOUNDARY: &str = "----yingda-test-boundary";
        let token = self.token.lock().expect("no test panics with it").clone();
        let mut body = Vec::new();
        for (name, value) in [("_token", token.as_str())].iter().chain(fields) {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        let (name, bytes) = file.unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat());
        let request = Request::post(address)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(body)).await
    }

    /// Exactly these fields and headers.
    pub async fn post_raw(&self, address: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let mut request = Request::post(address).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, Body::from(body.join("&"))).await
    }

    /// A form's body as it is, or as it fails to arrive.
    pub async fn post_body(&self, address: &str, body: Body) -> Page {
        let request = Request::post(address)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    pub async fn log_in(&self, name: &str, password: &str) -> Page {
        let answer = self.post("/login", &[("name", name), ("password", password)]).await;
        if answer.status == StatusCode::SEE_OTHER {
            self.get("/console/account").await;
        }
        answer
    }

    /// A file, byte for byte.
    pub async fn download(&self, address: &str) -> (HeaderMap, Vec<u8>) {
        let response = self.answer(Request::get(address), Body::empty()).await;
        let (head, body) = response.into_parts();
        assert_eq!(head.status, StatusCode::OK, "{address}");
        (head.headers, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("no test panics with it").get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("no test panics with it").insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> Page {
        let (head, body) = self.answer(request, body).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let body = String::from_utf8_lossy(&body).into_owned();
        self.keep_cookies(&head.headers);
        if let Some(token) = value_of(&body, "_token") {
            *self.token.lock().expect("no test panics with it") = token;
        }
        Page { status: head.status, headers: head.headers, body }
    }

    async fn answer(&self, mut request: axum::http::request::Builder, body: Body) -> Response {
        for (name, value) in &self.headers {
            request = request.header(*name, value.as_str());
        }
        let cookies: Vec<String> = {
            let cookies = self.cookies.lock().expect("no test panics with it");
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect()
        };
        let request = request.header("cookie", cookies.join("; ")).extension(ConnectInfo(self.peer));
        let request = request.body(body).expect("a request");
        self.routes.clone().oneshot(request).await.expect("the router always answers")
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("no test panics with it");
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().expect("ASCII");
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

pub async fn invitation(store: &Store, clock: &Clock, role: Role) -> String {
    let actor = Actor { staff: None, name: "命令行".to_owned(), ip: String::new() };
    let operation = actor.does(OperationKind::Invite, role.title(), clock.now());
    let ticket = store.invite(&Purpose::Join(role), &operation).await.expect("a link");
    ticket.as_str().to_owned()
}

/// The value of a page's first field of this name.
pub fn value_of(html: &str, name: &str) -> Option<String> {
    let (_, after) = html.split_once(&format!("name=\"{name}\" value=\""))?;
    after.split('"').next().map(str::to_owned)
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// Something shown once, in its frame.
    pub fn shown_once(&self) -> &str {
        let (_, after) = self.body.split_once("<code id=\"once\">").expect("it is shown");
        after.split('<').next().expect("text before the end")
    }

    #[track_caller]
    pub fn shows(&self, text: &str) {
        assert!(self.body.contains(text), "「{text}」 is not on the page ({}):\n{}", self.status, self.body);
    }

    #[track_caller]
    pub fn hides(&self, text: &str) {
        assert!(!self.body.contains(text), "「{text}」 is on the page:\n{}", self.body);
    }
}

impl AsRef<str> for Page {
    fn as_ref(&self) -> &str {
        &self.body
    }
}
