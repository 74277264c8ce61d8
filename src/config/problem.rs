//! What is wrong with the settings: where, what, and how to put it right.

use std::fmt;
use std::path::PathBuf;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Line and column count from 1, the column in characters.
    File {
        path: PathBuf,
        line: usize,
        column: usize,
    },
    WholeFile(PathBuf),
    Environment(String),
    /// Nowhere: it is missing, or it is a default.
    Nowhere,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    pub what: String,
    pub remedy: String,
}

/// Worth saying, but no reason not to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning(pub Problem);

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "这个目录里没有 yingda.toml，也没有运行过演示。\
         请运行 yingda 看演示，或运行 yingda init 写一份设置；设置在别处就用 --config 指明"
    )]
    NothingConfigured,
    #[error("{}", describe(problems))]
    Wrong { problems: Vec<Problem> },
}

impl Place {
    /// As a person goes through them: the file from top to bottom, then the rest.
    pub(super) fn reading_order(&self) -> (u8, usize, usize) {
        match self {
            Self::WholeFile(_) => (0, 0, 0),
            Self::File { line, column, .. } => (0, *line, *column),
            Self::Environment(_) => (1, 0, 0),
            Self::Nowhere => (2, 0, 0),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column} ", path.display()),
            Self::WholeFile(path) => write!(f, "{} ", path.display()),
            Self::Environment(name) => write!(f, "环境变量 {name}："),
            Self::Nowhere => Ok(()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}。{}", self.place, self.what, self.remedy)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn describe(problems: &[Problem]) -> String {
    let lines = problems.iter().map(|problem| format!("\n  {problem}"));
    format!("设置里有 {} 处问题：{}", problems.len(), lines.collect::<String>())
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self::Wrong { problems: vec![problem] }
    }
}
