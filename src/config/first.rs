//! A first configuration: `default.toml` with one account filled in. Nothing
//! else is written twice, so it always knows every key.

use super::DEFAULTS;
use crate::model::credentials::{draw_aes_key, draw_token};

/// What a first account is called. The secrets are random.
#[derive(Clone, Debug)]
pub struct First {
    pub id: String,
    pub name: String,
    pub app_id: String,
}

/// An AppID that WeChat gives to nobody: `wx` and 16 hexadecimal digits are
/// the real ones.
pub const NO_APP_ID: &str = "wx0000000000000000";

/// The text of a `yingda.toml`.
pub fn write_first(first: &First) -> String {
    let mut rng = rand::rng();
    let (token, aes_key) = (draw_token(&mut rng), draw_aes_key(&mut rng));
    let filled = [
        ("id", first.id.as_str()),
        ("name", &first.name),
        ("app_id", &first.app_id),
        ("token", &token),
        ("encoding_aes_key", &aes_key),
    ];
    let lines: Vec<String> = DEFAULTS.lines().map(|line| fill(line, &filled)).collect();
    lines.join("\n") + "\n"
}

/// `#token = …` becomes `token = "…"`. These keys stand in no other section.
fn fill(line: &str, filled: &[(&str, &str)]) -> String {
    let key = line.strip_prefix('#').and_then(|rest| rest.split_once(" = ")).map(|(key, _)| key);
    match filled.iter().find(|(name, _)| Some(*name) == key) {
        Some((name, value)) => format!("{name} = {}", toml::Value::from(*value)),
        None => line.to_owned(),
    }
}
