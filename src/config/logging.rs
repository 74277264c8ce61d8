//! `[logging]`

use super::layers::Value;
use super::section::Section;
use super::setting::{Setting, one_of};
use crate::telemetry::log::{Format, Level};

#[derive(Clone, Debug)]
pub struct Logging {
    pub level: Level,
    pub format: Format,
}

impl Logging {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let level = section.value("level");
        let format = section.value("format");
        Some(Self { level: level?, format: format? })
    }
}

impl Setting for Level {
    fn read(value: &Value) -> Result<Self, String> {
        Self::parse(&String::read(value)?).map_err(|error| error.to_string())
    }
}

impl Setting for Format {
    fn read(value: &Value) -> Result<Self, String> {
        one_of(value, &[("text", Self::Text), ("json", Self::Json)])
    }
}
