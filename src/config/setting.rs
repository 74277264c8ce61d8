//! What a value in a configuration can be: text, a number, an address, a
//! duration. A section's own types implement [`Setting`] in the section's file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::layers::Value;

/// A type that a setting can have. The error says what the value must look
/// like, as the end of the sentence 「listen 的值……」.
pub trait Setting: Sized {
    fn read(value: &Value) -> Result<Self, String>;
}

impl Setting for String {
    fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) if !text.trim().is_empty() => Ok(text.clone()),
            Value::Text(_) => Err("不能是空的；不设就删掉这一行".to_owned()),
            Value::Integer(_) | Value::Table(_) | Value::Tables(_) => Err("应写成带引号的文字".to_owned()),
            Value::Other(kind) => Err(format!("应写成带引号的文字，这里写的是{kind}")),
        }
    }
}

impl Setting for u32 {
    fn read(value: &Value) -> Result<Self, String> {
        let number = match value {
            Value::Integer(number) => u32::try_from(*number).ok(),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Table(_) | Value::Tables(_) | Value::Other(_) => None,
        };
        number.ok_or_else(|| "应是 0 或正整数，不加引号".to_owned())
    }
}

impl Setting for SocketAddr {
    fn read(value: &Value) -> Result<Self, String> {
        let text = String::read(value)?;
        text.trim()
            .parse()
            .map_err(|_| format!("“{text}”不是“IP地址:端口”，例如 127.0.0.1:8080 或 0.0.0.0:8080"))
    }
}

impl Setting for PathBuf {
    fn read(value: &Value) -> Result<Self, String> {
        String::read(value).map(Self::from)
    }
}

impl Setting for Duration {
    fn read(value: &Value) -> Result<Self, String> {
        let should = || "应是时长，例如 \"500ms\"、\"15m\"、\"1h30m\"，或秒数".to_owned();
        match value {
            Value::Integer(seconds) => u64::try_from(*seconds).map(Self::from_secs).map_err(|_| should()),
            Value::Text(text) => duration(text.trim()).ok_or_else(should),
            Value::Table(_) | Value::Tables(_) | Value::Other(_) => Err(should()),
        }
    }
}

fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let signed: jiff::SignedDuration = text.parse().ok()?;
    signed.try_into().ok()
}

/// Reads one of a few words, each with what it stands for.
pub fn one_of<T: Copy>(value: &Value, words: &[(&str, T)]) -> Result<T, String> {
    let text = String::read(value)?;
    let wanted = text.trim().to_lowercase();
    let found = words.iter().find(|(word, _)| *word == wanted);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("“{text}”不在可选的值里：{}", allowed.join("、"))
    })
}
