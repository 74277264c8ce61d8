//! A first configuration: `default.toml` with one account filled in. Nothing
//! else is written twice, so it always knows every key.

use base64::Engine as _;
use rand::Rng as _;
use rand::distr::{Alphanumeric, SampleString as _};

use super::DEFAULTS;

/// What a first account is called. The secrets are random.
#[derive(Clone, Debug)]
pub struct First {
    pub id: String,
    pub name: String,
    pub app_id: String,
}

/// 32 is the most WeChat accepts for a token.
const TOKEN_CHARACTERS: usize = 32;
const AES_KEY_BYTES: usize = 32;

/// An AppID that WeChat gives to nobody: `wx` and 16 hexadecimal digits are
/// the real ones.
pub const NO_APP_ID: &str = "wx0000000000000000";

/// The text of a `yingda.toml`.
pub fn write_first(first: &First) -> String {
    let token = random_token();
    let aes_key = random_aes_key();
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

pub fn random_token() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), TOKEN_CHARACTERS)
}

/// 43 letters and digits, as WeChat makes them: no `+` or `/`. Its last
/// character carries two bits nobody reads.
pub fn random_aes_key() -> String {
    loop {
        let mut bytes = [0; AES_KEY_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        let key = base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
        if key.chars().all(|c| c.is_ascii_alphanumeric()) {
            return key;
        }
    }
}
