//! The group robot of 企业微信 that tells staff. It only speaks: nothing comes
//! in this way. Not here: what is told, and when to try again (outbound).
//!
//! Its address is its password, so it appears in no error and in no log.

use std::fmt;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};

/// Source: 群机器人配置说明, developer.work.weixin.qq.com.
const HOST: &str = "qyapi.weixin.qq.com";
/// The longest text it takes, in bytes of UTF-8. Source as above.
pub const MOST_TEXT_BYTES: usize = 2048;
/// More than 20 messages a minute are refused. Source as above.
pub const PAUSE_BETWEEN: Duration = Duration::from_millis(3_100);
/// Nobody waits for it; a hung connection must not block what comes next.
const PATIENCE: Duration = Duration::from_secs(10);
/// Its answers are a line long.
const MOST_ANSWER_BYTES: usize = 64 * 1024;

#[derive(Clone)]
pub struct Robot {
    client: Client,
    address: Url,
}

impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Robot(…)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRobot {
    #[error("群机器人的网址读不懂。请从企业微信群里重新复制 Webhook 地址")]
    NotAnAddress,
    #[error("群机器人的网址应以 https://{HOST}/ 开头。请从企业微信群里重新复制 Webhook 地址")]
    OtherHost,
    #[error("群机器人的网址里缺少 key。请从企业微信群里重新复制 Webhook 地址")]
    NoKey,
    #[error("网络部分启动不了：{0}")]
    NoClient(String),
}

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RobotError {
    #[error("连不上企业微信：{0}")]
    Unreachable(String),
    #[error("企业微信迟迟没有回答")]
    Silent,
    #[error("企业微信回了 HTTP {0}")]
    Status(u16),
    #[error("企业微信的回答读不懂")]
    NotAnAnswer,
    #[error("发得太频繁，企业微信让稍后再发（45009）")]
    TooOften,
    /// The address is no longer good, or the text is not liked.
    #[error("企业微信不接受（错误码 {code}）。93000 表示机器人地址已失效，请重新复制")]
    Refused { code: i64 },
}

#[derive(Serialize)]
struct Request<'a> {
    msgtype: &'static str,
    text: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    content: &'a str,
}

/// Errors come as HTTP 200 with a code.
#[derive(Deserialize)]
struct Response {
    errcode: i64,
}

/// 接口调用超过限制.
const TOO_OFTEN: i64 = 45_009;

impl Robot {
    /// The root certificates are inside, because small images have none.
    pub fn new(address: &str) -> Result<Self, InvalidRobot> {
        let address = check(address)?;
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|failure| InvalidRobot::NoClient(failure.without_url().to_string()))?;
        Ok(Self { client, address })
    }

    /// Plain text: what a customer wrote into it must not become a link, nor
    /// call anybody by name, as it could in Markdown.
    pub async fn send_text(&self, text: &str) -> Result<(), RobotError> {
        let request = Request { msgtype: "text", text: Content { content: text } };
        let response = self.client.post(self.address.clone()).json(&request).send().await;
        let response = response.map_err(explain)?;
        if response.status() != StatusCode::OK {
            return Err(RobotError::Status(response.status().as_u16()));
        }
        if response.content_length().is_some_and(|bytes| bytes > MOST_ANSWER_BYTES as u64) {
            return Err(RobotError::NotAnAnswer);
        }
        let body = response.bytes().await.map_err(explain)?;
        let answer: Response = serde_json::from_slice(&body).map_err(|_| RobotError::NotAnAnswer)?;
        match answer.errcode {
            0 => Ok(()),
            TOO_OFTEN => Err(RobotError::TooOften),
            code => Err(RobotError::Refused { code }),
        }
    }
}

/// Nothing but the robot's own host: a wrong address would carry news of
/// customers to strangers. This machine is allowed for tests.
fn check(address: &str) -> Result<Url, InvalidRobot> {
    let url = Url::parse(address.trim()).map_err(|_| InvalidRobot::NotAnAddress)?;
    let is_local = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let is_theirs = url.scheme() == "https" && url.host_str() == Some(HOST) && url.port().is_none();
    let is_ours = is_local && matches!(url.scheme(), "http" | "https");
    if !is_theirs && !is_ours {
        return Err(InvalidRobot::OtherHost);
    }
    match url.query_pairs().any(|(name, value)| name == "key" && !value.is_empty()) {
        true => Ok(url),
        false => Err(InvalidRobot::NoKey),
    }
}

fn explain(failure: reqwest::Error) -> RobotError {
    if failure.is_timeout() {
        return RobotError::Silent;
    }
    let failure = failure.without_url();
    let mut cause: &dyn std::error::Error = &failure;
    while let Some(source) = cause.source() {
        cause = source;
    }
    RobotError::Unreachable(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_robots_own_host_and_this_machine_are_accepted() {
        for (address, expected) in [
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", Ok(())),
            ("http://127.0.0.1:9/send?key=1", Ok(())),
            ("http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", Err(InvalidRobot::OtherHost)),
            ("https://qyapi.weixin.qq.com:8443/send?key=1", Err(InvalidRobot::OtherHost)),
            ("https://qyapi.weixin.qq.com@evil.example/send?key=1", Err(InvalidRobot::OtherHost)),
            ("https://qyapi.weixin.qq.com.evil.example/send?key=1", Err(InvalidRobot::OtherHost)),
            ("http://127.0.0.1.evil.example/send?key=1", Err(InvalidRobot::OtherHost)),
            ("file:///etc/passwd?key=1", Err(InvalidRobot::OtherHost)),
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", Err(InvalidRobot::NoKey)),
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", Err(InvalidRobot::NoKey)),
            ("robot", Err(InvalidRobot::NotAnAddress)),
        ] {
            assert_eq!(check(address).map(drop), expected, "{address}");
        }
    }

    #[test]
    fn a_robot_does_not_show_its_address() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let robot = Robot::new("http://127.0.0.1:9/send?key=secret").expect("a good address");

        assert!(!format!("{robot:?}").contains("secret"));
    }
}
