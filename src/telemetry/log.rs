//! The log: one line per event on standard error, as text for people or as
//! JSON for a log system. What may stand in it is the caller's duty: never a
//! secret, a phone number or what a customer wrote.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// How much is logged, for all or by module: `info,yingda::webhook=debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Level(String);

#[derive(Debug, thiserror::Error)]
#[error(
    "“{0}”不是日志级别，应是 error、warn、info、debug、trace 之一，也可以写成 \"info,yingda::webhook=debug\""
)]
pub struct InvalidLevel(String);

/// Starts logging for the whole process. Fails when it was started before.
pub fn start(level: &Level, format: Format) -> Result<(), TryInitError> {
    let registry = tracing_subscriber::registry().with(level.filter());
    let writer = tracing_subscriber::fmt::layer().with_writer(|| OneLine(io::stderr()));
    match format {
        Format::Text => registry.with(writer.with_ansi(wants_colour()).with_target(false)).try_init(),
        Format::Json => registry.with(writer.json().flatten_event(true)).try_init(),
    }
}

/// NO_COLOR is a convention of many tools: https://no-color.org.
fn wants_colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// An event stays one line, whatever stands in it: else somebody whose words
/// come into the log could write lines of their own.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    /// Each call brings one whole event.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = event.strip_suffix(b"\n").unwrap_or(event);
        if line.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            let line = String::from_utf8_lossy(line).replace('\n', "\\n").replace('\r', "\\r");
            self.0.write_all(format!("{line}\n").as_bytes())?;
        } else {
            self.0.write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Level {
    pub fn parse(text: &str) -> Result<Self, InvalidLevel> {
        let valid = text.split(',').all(is_directive);
        match EnvFilter::try_new(text) {
            Ok(_) if valid => Ok(Self(text.to_owned())),
            Ok(_) | Err(_) => Err(InvalidLevel(text.to_owned())),
        }
    }

    fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

/// `EnvFilter` takes any word for a module's name, so that a misspelt level
/// would silence the log without a word.
fn is_directive(directive: &str) -> bool {
    let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level);
    level.trim().parse::<tracing_subscriber::filter::LevelFilter>().is_ok()
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_stands_in_it() {
        for (event, expected) in [
            ("WARN Refused 「x」\n", "WARN Refused 「x」\n"),
            ("WARN Refused 「x\n2026-11-25 ERROR y」\n", "WARN Refused 「x\\n2026-11-25 ERROR y」\n"),
            ("WARN Refused 「x\r\n」\n", "WARN Refused 「x\\r\\n」\n"),
        ] {
            let mut log = OneLine(Vec::new());

            log.write_all(event.as_bytes()).expect("memory takes it");

            assert_eq!(String::from_utf8_lossy(&log.0), expected);
        }
    }

    #[test]
    fn a_level_may_differ_by_module_and_a_misspelt_one_is_refused() {
        for (text, valid) in [
            ("info", true),
            ("INFO", true),
            ("off", true),
            ("info,yingda::webhook=debug", true),
            ("inof", false),
            ("info,yingda=verbose", false),
        ] {
            assert_eq!(Level::parse(text).is_ok(), valid, "{text}");
        }
    }
}
