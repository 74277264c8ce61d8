//! Who works in the console, and what each role may do there.

use std::fmt;
use std::sync::Arc;

pub use super::ids::StaffId;

/// What colleagues call each other; long enough for 「某某县委组织部 王五」.
const MAX_NAME_CHARS: usize = 30;

/// The name with which somebody logs in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StaffName(Arc<str>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidStaffName {
    Empty,
    TooLong,
    /// A character that cannot be seen, or that separates.
    Character,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// 管理员
    Admin,
    /// 编辑: what is answered.
    Editor,
    /// 接待: conversations and leads.
    Reception,
    /// 只读
    Viewer,
}

/// What a page or an action asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// To be logged in.
    Enter,
    /// To change what is answered, and to publish it.
    Edit,
    /// To see who the customers are, to reply to them, and to work on leads.
    Serve,
    /// Members, tokens, the log.
    Administer,
}

impl StaffName {
    pub fn parse(raw: &str) -> Result<Self, InvalidStaffName> {
        let name = raw.trim();
        if name.is_empty() {
            return Err(InvalidStaffName::Empty);
        }
        if name.chars().count() > MAX_NAME_CHARS {
            return Err(InvalidStaffName::TooLong);
        }
        if name.chars().any(|c| c.is_control() || is_invisible(c) || matches!(c, ':' | '<' | '>')) {
            return Err(InvalidStaffName::Character);
        }
        Ok(Self(name.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Two names with the same key are the same name.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// What could make two names look alike that are not.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for StaffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Admin, Self::Editor, Self::Reception, Self::Viewer];

    /// A stable word for the store, the command line and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Reception => "reception",
            Self::Viewer => "viewer",
        }
    }

    /// Its word, or its Chinese name.
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        Self::ALL.into_iter().find(|role| role.as_str() == raw || role.title() == raw)
    }

    /// As staff call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Admin => "管理员",
            Self::Editor => "编辑",
            Self::Reception => "接待",
            Self::Viewer => "只读",
        }
    }

    pub fn may(self, right: Right) -> bool {
        match (self, right) {
            (Self::Admin, _) | (_, Right::Enter) => true,
            (Self::Editor, Right::Edit) | (Self::Reception, Right::Serve) => true,
            (Self::Editor, Right::Serve | Right::Administer)
            | (Self::Reception, Right::Edit | Right::Administer)
            | (Self::Viewer, Right::Edit | Right::Serve | Right::Administer) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_seen_as_it_is() {
        let cases: &[(&str, Result<&str, InvalidStaffName>)] = &[
            (" 王五 ", Ok("王五")),
            ("", Err(InvalidStaffName::Empty)),
            ("王\u{200b}五", Err(InvalidStaffName::Character)),
            ("王\n五", Err(InvalidStaffName::Character)),
            ("a:b", Err(InvalidStaffName::Character)),
        ];
        for (raw, expected) in cases {
            let name = StaffName::parse(raw);
            assert_eq!(name.as_ref().map(StaffName::as_str).map_err(|error| *error), *expected, "{raw:?}");
        }
        assert!(StaffName::parse(&"王".repeat(30)).is_ok());
        assert_eq!(StaffName::parse(&"王".repeat(31)), Err(InvalidStaffName::TooLong));
    }

    #[test]
    fn a_role_is_known_by_both_of_its_names() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(Role::parse(role.title()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
