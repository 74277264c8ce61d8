//! `[server]`

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use reqwest::Url;

use super::Source;
use super::layers::Value;
use super::section::Section;
use super::setting::Setting;

#[derive(Clone, Debug)]
pub struct Server {
    pub listen: SocketAddr,
    pub public_url: Option<PublicUrl>,
    /// How long accepted messages may take to finish at a shutdown.
    pub shutdown_grace: Duration,
    /// Of one token.
    pub api_requests_per_minute: NonZeroU32,
}

/// Where the public reaches this service. Never ends in a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl Server {
    pub(super) fn read(section: &mut Section, source: &Source) -> Option<Self> {
        let listen: Option<SocketAddr> = section.value("listen");
        let public_url = section.optional("public_url");
        let shutdown_grace = section.value("shutdown_grace");
        let api_requests_per_minute = section.value("api_requests_per_minute");
        if let (Some(listen), Source::Demonstration(_)) = (listen, source) {
            refuse_an_open_demonstration(section, listen);
        }
        Some(Self {
            listen: listen?,
            public_url,
            shutdown_grace: shutdown_grace?,
            api_requests_per_minute: api_requests_per_minute?,
        })
    }
}

/// The demonstration answers anyone without a login.
fn refuse_an_open_demonstration(section: &mut Section, listen: SocketAddr) {
    if !listen.ip().is_loopback() {
        let what = format!("演示只能在本机用，不能监听 {listen}");
        let remedy = "请用 127.0.0.1；要对外服务，先运行 yingda init 写一份设置";
        section.notes.problem(section.place(), what, remedy);
    }
}

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting for PublicUrl {
    fn read(value: &Value) -> Result<Self, String> {
        let text = String::read(value)?;
        let should = || format!("“{text}”不是网址，例如 https://wx.example.org");
        let url = Url::parse(text.trim()).map_err(|_| should())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(should());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("“{text}”里不要带 ? 和 # 后面的部分"));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}
