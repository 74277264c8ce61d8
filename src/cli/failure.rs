//! How a command ends when it cannot do its work: one readable text on standard
//! error, and an exit code. Never a debug dump.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::app::StartError;
use crate::config::ConfigError;
use crate::publishing::PressError;
use crate::rulebook::Problem;

const FAILED: u8 = 1;
/// The command line or the settings are wrong; trying again changes nothing.
const WRONGLY_TOLD: u8 = 2;
/// More of them help nobody before the first are put right.
const MAX_SHOWN_PROBLEMS: usize = 10;

pub fn end(error: &anyhow::Error) -> ExitCode {
    // `yingda ask | head`: whoever read us has seen enough.
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    say(&error.to_string());
    if let Some(StartError::Rulebook(
        PressError::NothingToPublish { problems, .. } | PressError::Unreadable { problems, .. },
    )) = error.downcast_ref()
    {
        show_first(problems);
    }
    let code = if error.is::<ConfigError>() { WRONGLY_TOLD } else { FAILED };
    ExitCode::from(code)
}

/// Help and version come this way too, and are no failure.
pub fn end_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    say(&explain(error));
    ExitCode::from(WRONGLY_TOLD)
}

fn say(sentence: &str) {
    let sentence = sentence.trim_end();
    let end = if sentence.ends_with(['。', '？', '！']) { "" } else { "。" };
    // Nobody can be told when standard error is closed.
    let _ = writeln!(anstream::stderr(), "错误：{sentence}{end}");
}

fn show_first(problems: &[Problem]) {
    let errors = problems.iter().filter(|problem| problem.is_error());
    for problem in errors.take(MAX_SHOWN_PROBLEMS) {
        let _ = writeln!(anstream::stderr(), "{}", problem.render_styled());
    }
}

fn explain(error: &clap::Error) -> String {
    let given = |kind| error.get(kind).map(words).unwrap_or_default();
    let (argument, value) = (given(ContextKind::InvalidArg), given(ContextKind::InvalidValue));
    let cause = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有“{argument}”这个选项"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", given(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if value.is_empty() => format!("“{argument}”后面缺少值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("“{argument}”的值“{value}”不对")
        }
        ErrorKind::MissingRequiredArgument => format!("还缺少 {argument}"),
        ErrorKind::ArgumentConflict => {
            format!("“{argument}”和“{}”不能一起用", given(ContextKind::PriorArg))
        }
        _ => "命令行看不懂".to_owned(),
    };
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::ValidValue];
    let suggestion = suggested.into_iter().map(given).find(|words| !words.is_empty());
    let suggestion = suggestion.map_or_else(String::new, |words| format!("。可用的是 {words}"));
    format!("{cause}{suggestion}。用法见 yingda --help，或在命令后面加 --help")
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join("、"),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::StyledStrs(texts) => {
            texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
        }
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
