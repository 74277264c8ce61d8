//! `yingda check`: everything that keeps a rulebook from going live, and what
//! is worth knowing. Not here: the checks (rulebook, publishing).

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::model::Clock;
use crate::publishing::{Examination, examine};
use crate::rulebook::{Problem, Severity, report};

use super::folder::{Folder, show};
use super::patience::with_patience;
use super::settings::Settings;

const NOTES: &str = "\
规则文件、示例问题和对话测试一起检查：服务用的是同一套检查，这里没有错误就能生效。
有错误时退出码是 1；只有提醒和提示时是 0。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda check [选项] [文件夹]", next_help_heading = "选项")]
pub struct Args {
    /// 规则文件夹。不写就用设置里的
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: Option<PathBuf>,
    /// 结果写成 JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    rules: usize,
    transcripts: Transcripts,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Transcripts {
    passed: usize,
    failed: usize,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let folder = Folder::open(settings, args.folder.as_deref(), &Clock::System)?;
    let examination = with_patience("正在检查规则…", || examine(&folder.files, &folder.surroundings));
    if args.json {
        write_json(&examination, &mut io::stdout().lock())?;
    } else {
        write(&examination, &folder, &mut anstream::stdout())?;
    }
    Ok(if examination.may_go_live() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(examination: &Examination, folder: &Folder, out: &mut impl io::Write) -> io::Result<()> {
    show(examination.problems.iter(), out)?;
    if let Some(doubt) = folder.doubt(&examination.problems) {
        writeln!(out, "{doubt}\n")?;
    }
    let found = report::summary(&examination.problems);
    let found = if found.is_empty() { "没有问题".to_owned() } else { found };
    let verdict =
        if examination.may_go_live() { "✓ 可以生效" } else { "✗ 改正错误之前不会生效" };
    let path = folder.path.display();
    match &examination.edition {
        Some(edition) => writeln!(
            out,
            "{path}：规则 {} 条，对话测试 {} 个通过、{} 个没通过；{found}。{verdict}。",
            edition.rulebook.rules.len(),
            examination.transcripts.passed,
            examination.transcripts.failed,
        ),
        None => writeln!(out, "{path}：{found}；文件有错误，对话测试还没有进行。{verdict}。"),
    }
}

fn write_json(examination: &Examination, out: &mut impl io::Write) -> io::Result<()> {
    let count = |severity| examination.problems.iter().filter(|problem| problem.severity == severity).count();
    let report = Report {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        rules: examination.edition.as_ref().map_or(0, |edition| edition.rulebook.rules.len()),
        transcripts: Transcripts {
            passed: examination.transcripts.passed,
            failed: examination.transcripts.failed,
        },
        problems: &examination.problems,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}
