//! Who did something: kept beside every change, so that staff can ask back.

use std::fmt;

use jiff::Timestamp;

/// A staff member, as the console knows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The customer, by a message.
    Customer,
    /// yingda itself, on schedule.
    System,
    Staff(String),
    /// A script, by the name of its token.
    Script(String),
}

/// Who does something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub by: Actor,
    pub at: Timestamp,
}

const STAFF: &str = "staff:";
const SCRIPT: &str = "script:";

impl Actor {
    /// As it was stored. What nobody can be is yingda itself.
    pub fn read(stored: &str) -> Self {
        match stored {
            "customer" => Self::Customer,
            other => match (other.strip_prefix(STAFF), other.strip_prefix(SCRIPT)) {
                (Some(id), _) => Self::Staff(id.to_owned()),
                (None, Some(name)) => Self::Script(name.to_owned()),
                (None, None) => Self::System,
            },
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer => f.write_str("customer"),
            Self::System => f.write_str("system"),
            Self::Staff(id) => write!(f, "{STAFF}{id}"),
            Self::Script(name) => write!(f, "{SCRIPT}{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_read_as_it_was_stored() {
        for actor in [
            Actor::Customer,
            Actor::System,
            Actor::Staff("li".into()),
            Actor::Staff("customer".into()),
            Actor::Script("每周导出".into()),
        ] {
            assert_eq!(Actor::read(&actor.to_string()), actor);
        }
    }
}
