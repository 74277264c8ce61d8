//! Names of things. Each is parsed once where it enters and is a type of its
//! own from then on, so that a rule can never be looked up by an account's id.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest id we accept from outside. WeChat's openids have 28 characters,
/// WeCom's user ids at most 64; a scene string has at most 64.
pub const MAX_ID_CHARS: usize = 128;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidId {
    #[error("is empty")]
    Empty,
    #[error("has {chars} characters, at most {MAX_ID_CHARS} are allowed")]
    TooLong { chars: usize },
    #[error("holds the character {0:?}, which is not allowed in an id")]
    Character(char),
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn parse(raw: &str) -> Result<Self, InvalidId> {
                if raw.is_empty() {
                    return Err(InvalidId::Empty);
                }
                let chars = raw.chars().count();
                if chars > MAX_ID_CHARS {
                    return Err(InvalidId::TooLong { chars });
                }
                let allowed: fn(char) -> bool = $allowed;
                match raw.chars().find(|c| !allowed(*c)) {
                    Some(c) => Err(InvalidId::Character(c)),
                    None => Ok(Self(raw.into())),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The same text, without a copy.
            pub fn shared(&self) -> Arc<str> {
                Arc::clone(&self.0)
            }
        }

        /// So that maps keyed by an id can be asked with what was written.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(raw: String) -> Result<Self, InvalidId> {
                Self::parse(&raw)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.to_string()
            }
        }
    };
}

/// Ids that appear in URLs and in the names of environment variables.
fn is_slug_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// Ids that staff choose; Chinese is welcome, separators and markup are not.
fn is_staff_character(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_' || c == '.'
}

/// Ids that a platform chose: anything printable.
fn is_foreign_character(c: char) -> bool {
    !c.is_control() && !c.is_whitespace()
}

id!(
    /// One account we serve: the last part of its webhook path.
    AccountId, is_slug_character
);
id!(
    /// Who writes to us, as the platform names them (WeChat: openid). Personal
    /// information: never logged in full, erased on request.
    CustomerId, is_foreign_character
);
id!(
    /// One rule of the rulebook.
    RuleId, is_staff_character
);
id!(
    /// One form of the rulebook.
    FormId, is_staff_character
);
id!(
    /// One article of the rulebook: the last part of its page's path.
    ArticleId, is_staff_character
);
id!(
    /// One message, however often it is delivered: a hash of what the platform
    /// repeats in a retry, led by the time it was sent so that keys sort by
    /// time. It names nobody, so it may outlive the customer's data.
    DeliveryKey, is_slug_character
);

id!(
    /// One member of staff, whatever they are called today.
    StaffId, is_slug_character
);

impl CustomerId {
    /// Enough to follow one customer through the log, too little to know them.
    pub fn masked(&self) -> String {
        let tail: String = self.0.chars().rev().take(4).collect();
        format!("…{}", tail.chars().rev().collect::<String>())
    }
}

impl RuleId {
    /// What a tappable option of this rule carries. Numeric, because clients are
    /// only known to pass on numbers (WECHAT.md section 5), and made from the id
    /// alone, so that an option tapped months later still means this rule.
    pub fn option_id(&self) -> String {
        // FNV-1a, 64 bits: stable across versions of this program, unlike std's hasher.
        let hash = self.0.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // Clients may hold it in a JavaScript number, which is exact up to 53 bits.
        (hash & ((1 << 53) - 1)).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_refused_when_empty_too_long_or_with_strange_characters() {
        assert_eq!(AccountId::parse(""), Err(InvalidId::Empty));
        assert_eq!(AccountId::parse("a/b"), Err(InvalidId::Character('/')));
        assert_eq!(RuleId::parse("费用 预算"), Err(InvalidId::Character(' ')));
        assert!(CustomerId::parse(&"o".repeat(MAX_ID_CHARS)).is_ok());
        assert_eq!(
            CustomerId::parse(&"o".repeat(MAX_ID_CHARS + 1)),
            Err(InvalidId::TooLong { chars: MAX_ID_CHARS + 1 })
        );
    }

    #[test]
    fn a_masked_customer_shows_only_the_last_four_characters() {
        let customer = CustomerId::parse("oABCDEFGH1234").expect("a plain openid");

        assert_eq!(customer.masked(), "…1234");
    }
}
