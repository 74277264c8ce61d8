//! HTTP as WeChat does it: no redirects, no patience. Not here: what is sent
//! (platform).

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

/// WeChat hangs up after 5 seconds; one more shows by how much we were late.
/// Source: 被动回复用户消息.
pub const WECHAT_PATIENCE: Duration = Duration::from_secs(5);
const OURS: Duration = Duration::from_secs(6);

#[derive(Debug)]
pub struct Visitor(Client);

/// What came back.
#[derive(Debug)]
pub struct Visit {
    pub status: StatusCode,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// As the other side's clock had it, if it said so.
    pub date: Option<String>,
    pub body: Vec<u8>,
    pub took: Duration,
}

/// Why nothing came back, as a person would say it.
#[derive(Debug, thiserror::Error)]
pub enum NoVisit {
    #[error("连不上 {0}")]
    Unreachable(String),
    #[error("{0} 过了 {seconds} 秒还没有回答", seconds = OURS.as_secs())]
    Silent(String),
    #[error("访问 {address} 失败：{cause}")]
    Failed { address: String, cause: String },
}

impl Visitor {
    /// The root certificates are inside, because small images have none. A
    /// proxy of ours is not WeChat's.
    pub fn new() -> anyhow::Result<Self> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .timeout(OURS)
            .build()
            .context("网络部分启动不了")?;
        Ok(Self(client))
    }

    pub async fn get(&self, url: Url) -> Result<Visit, NoVisit> {
        self.visit(self.0.get(url.clone()), &url).await
    }

    pub async fn post(&self, url: Url, body: Vec<u8>) -> Result<Visit, NoVisit> {
        let request = self.0.post(url.clone()).header("content-type", "text/xml").body(body);
        self.visit(request, &url).await
    }

    async fn visit(&self, request: reqwest::RequestBuilder, url: &Url) -> Result<Visit, NoVisit> {
        let started = Instant::now();
        let explain = |error| explain(&error, url);
        let response = request.send().await.map_err(explain)?;
        let header = |name| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let (status, location, date) = (response.status(), header("location"), header("date"));
        let body = response.bytes().await.map_err(explain)?.to_vec();
        Ok(Visit { status, location, date, body, took: started.elapsed() })
    }
}

/// The query is left out: it holds a signature.
fn explain(error: &reqwest::Error, url: &Url) -> NoVisit {
    let mut address = url.clone();
    address.set_query(None);
    let address = address.to_string();
    if error.is_timeout() {
        return NoVisit::Silent(address);
    }
    if error.is_connect() && !is_about_certificates(error) {
        return NoVisit::Unreachable(address);
    }
    NoVisit::Failed { address, cause: innermost(error) }
}

fn is_about_certificates(error: &reqwest::Error) -> bool {
    innermost(error).to_lowercase().contains("certificate")
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Where a service that listens here can be reached from this machine.
pub fn local_url(listen: SocketAddr) -> String {
    let host = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    format!("http://{host}:{}", listen.port())
}
