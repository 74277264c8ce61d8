//! `[notify]`: how staff are told.

use secrecy::{ExposeSecret as _, SecretString};

use super::section::Section;

#[derive(Clone, Debug)]
pub struct Notify {
    /// The address of a group robot is its password.
    pub wecom_robot: Option<SecretString>,
}

impl Notify {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let wecom_robot = section.optional_checked_secret("wecom_robot", robot_url);
        Some(Self { wecom_robot })
    }
}

fn robot_url(secret: &SecretString) -> Result<SecretString, String> {
    match reqwest::Url::parse(secret.expose_secret()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(secret.clone()),
        Ok(_) | Err(_) => Err("应是企业微信群机器人的 Webhook 网址，以 https:// 开头".to_owned()),
    }
}
