//! The parameters of WeChat's requests. Each is percent-decoded once; a `+`
//! stays a `+`, because Base64 holds one and none of the parameters a space.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::platform::Refusal;

/// WeChat's nonces have about 10 digits. They are remembered and echoed.
const MAX_NONCE_BYTES: usize = 128;

#[derive(Debug, Default)]
pub struct Query<'q> {
    signature: Option<Cow<'q, str>>,
    msg_signature: Option<Cow<'q, str>>,
    timestamp: Option<Cow<'q, str>>,
    nonce: Option<Cow<'q, str>>,
    encrypt_type: Option<Cow<'q, str>>,
    echostr: Option<Cow<'q, str>>,
}

impl<'q> Query<'q> {
    /// A parameter that comes twice is refused: whoever stands between us and
    /// WeChat might count the other one.
    pub fn parse(raw: &'q str) -> Result<Self, Refusal> {
        if raw.is_empty() {
            return Err(Refusal::NoParameters);
        }
        let mut query = Self::default();
        for pair in raw.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some((name, slot)) = query.slot(name) else { continue };
            if slot.is_some() {
                return Err(Refusal::RepeatedParameter { name });
            }
            *slot = Some(percent_decode_str(value).decode_utf8_lossy());
        }
        Ok(query)
    }

    pub fn signature(&self) -> Result<&str, Refusal> {
        required("signature", self.signature.as_ref())
    }

    pub fn msg_signature(&self) -> Result<&str, Refusal> {
        required("msg_signature", self.msg_signature.as_ref())
    }

    pub fn echostr(&self) -> Result<&str, Refusal> {
        required("echostr", self.echostr.as_ref())
    }

    pub fn timestamp(&self) -> Result<&str, Refusal> {
        required("timestamp", self.timestamp.as_ref())
    }

    /// Unix seconds have ten digits until 2286. Without this, one signature
    /// would fit several pairs of timestamp and nonce, because WeChat joins the
    /// parts without a separator.
    pub fn seconds(&self) -> Result<i64, Refusal> {
        let timestamp = self.timestamp()?;
        let is_a_time = timestamp.len() == 10
            && !timestamp.starts_with('0')
            && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        if !is_a_time {
            return Err(Refusal::BadTimestamp);
        }
        timestamp.parse().map_err(|_| Refusal::BadTimestamp)
    }

    pub fn nonce(&self) -> Result<&str, Refusal> {
        let nonce = required("nonce", self.nonce.as_ref())?;
        if nonce.len() > MAX_NONCE_BYTES { Err(Refusal::BadNonce) } else { Ok(nonce) }
    }

    pub fn says_encrypted(&self) -> bool {
        self.encrypt_type.as_deref() == Some("aes")
    }

    fn slot(&mut self, name: &str) -> Option<(&'static str, &mut Option<Cow<'q, str>>)> {
        match name {
            "signature" => Some(("signature", &mut self.signature)),
            "msg_signature" => Some(("msg_signature", &mut self.msg_signature)),
            "timestamp" => Some(("timestamp", &mut self.timestamp)),
            "nonce" => Some(("nonce", &mut self.nonce)),
            "encrypt_type" => Some(("encrypt_type", &mut self.encrypt_type)),
            "echostr" => Some(("echostr", &mut self.echostr)),
            _ => None,
        }
    }
}

fn required<'v>(name: &'static str, value: Option<&'v Cow<'_, str>>) -> Result<&'v str, Refusal> {
    match value {
        Some(value) if !value.is_empty() => Ok(value),
        Some(_) | None => Err(Refusal::MissingParameter { name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once_and_a_plus_stays() {
        let query = Query::parse("echostr=a%2Bb+c%252F%3D&openid=o1").expect("well-formed");

        assert_eq!(query.echostr(), Ok("a+b+c%2F="));
    }

    #[test]
    fn a_missing_or_empty_parameter_is_named() {
        let query = Query::parse("nonce=&timestamp").expect("well-formed");

        assert_eq!(query.nonce(), Err(Refusal::MissingParameter { name: "nonce" }));
        assert_eq!(query.timestamp(), Err(Refusal::MissingParameter { name: "timestamp" }));
        assert_eq!(query.signature(), Err(Refusal::MissingParameter { name: "signature" }));
    }

    #[test]
    fn a_repeated_parameter_is_refused_and_a_strange_one_ignored() {
        assert_eq!(Query::parse("nonce=1&nonce=1").err(), Some(Refusal::RepeatedParameter { name: "nonce" }));
        assert!(Query::parse("x=1&x=2&&=&%ff").is_ok());
        assert_eq!(Query::parse("").err(), Some(Refusal::NoParameters));
    }

    const TIMESTAMPS: &[(&str, &str, Result<i64, Refusal>)] = &[
        ("ten digits", "1714112445", Ok(1_714_112_445)),
        ("nine digits", "171411244", Err(Refusal::BadTimestamp)),
        ("eleven digits", "17141124450", Err(Refusal::BadTimestamp)),
        ("a leading zero", "0714112445", Err(Refusal::BadTimestamp)),
        ("a sign", "%2B714112445", Err(Refusal::BadTimestamp)),
        ("letters", "abcdefghij", Err(Refusal::BadTimestamp)),
        ("full-width digits", "１７１４", Err(Refusal::BadTimestamp)),
        ("nothing", "", Err(Refusal::MissingParameter { name: "timestamp" })),
    ];

    #[test]
    fn a_timestamp_is_ten_digits() {
        for (case, raw, expected) in TIMESTAMPS {
            let raw = format!("timestamp={raw}");
            assert_eq!(Query::parse(&raw).and_then(|query| query.seconds()), *expected, "{case}");
        }
    }

    #[test]
    fn a_nonce_is_limited() {
        let nonce = |length| {
            Query::parse(&format!("nonce={}", "1".repeat(length))).and_then(|q| q.nonce().map(str::len))
        };

        assert_eq!(nonce(MAX_NONCE_BYTES), Ok(MAX_NONCE_BYTES));
        assert_eq!(nonce(MAX_NONCE_BYTES + 1), Err(Refusal::BadNonce));
    }
}
