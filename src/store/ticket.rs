//! A secret drawn at random, of which only the hash is kept: the token of a
//! session or a script, the key of a one-time link.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// 256 bits: guessing one is out of the question, so a plain hash protects it.
const BYTES: usize = 32;
const CHARACTERS: usize = 43;

#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(String);

impl Ticket {
    pub fn draw() -> Self {
        let mut bytes = [0; BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// None for what cannot be one.
    pub fn read(raw: &str) -> Option<Self> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (raw.len() == CHARACTERS && raw.chars().all(is_allowed)).then(|| Self(raw.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> String {
        hash_of(&self.0)
    }

    /// Another secret that only its holder can know.
    pub fn derive(&self, purpose: &str) -> String {
        hash_of(&format!("{purpose}:{}", self.0))
    }
}

/// Of any text that the store must recognise and not know.
pub(super) fn hash_of(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_read_back_and_its_hash_tells_nothing() {
        let ticket = Ticket::draw();

        assert_eq!(Ticket::read(ticket.as_str()), Some(ticket.clone()));
        assert_ne!(ticket.hash(), ticket.as_str());
        assert_ne!(ticket.derive("form"), ticket.hash());
        assert_ne!(Ticket::draw(), ticket);
        assert!(!format!("{ticket:?}").contains(ticket.as_str()));
    }

    #[test]
    fn what_cannot_be_a_ticket_is_none() {
        for raw in ["", "short", &"é".repeat(43), &"a".repeat(44), &" ".repeat(43)] {
            assert_eq!(Ticket::read(raw), None, "{raw}");
        }
    }
}
