//! `yingda test`: transcripts and sample questions; with `--labelled`, how a
//! rulebook fares on questions whose right answer is known.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::model::Clock;
use crate::publishing::{Examination, examine};
use crate::rulebook::Problem;

use super::ask::Desk;
use super::folder::{Folder, show};
use super::labelled::{Labelled, Tally};
use super::patience::with_patience;
use super::settings::Settings;

const NOTES: &str = "\
对话测试是 tests/*.chat；示例问题是规则文件头的 questions。有一个没通过，退出码就是 1。

--labelled 的文件是用制表符分开的三列，第一行是列名：text（消息）、expected（应由哪条规则回答，
多条用 | 分开，都不该回答写 none）、kind（类别）。该答的数：答对、给了选项、答错、没答；
不该答的数：误答、反问、没有回答。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda test [选项] [文件夹]", next_help_heading = "选项")]
pub struct Args {
    /// 规则文件夹。不写就用设置里的
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: Option<PathBuf>,
    /// 用一批标好答案的问题量一量，列出答错的和误答的
    #[arg(long, value_name = "文件.tsv")]
    labelled: Option<PathBuf>,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let folder = Folder::open(settings, args.folder.as_deref(), &Clock::System)?;
    let mut out = anstream::stdout();
    if let Some(file) = &args.labelled {
        let questions = Labelled::read(file)?;
        let edition = folder.compile()?;
        let desk = Desk { folder: &folder, edition: &edition };
        let tally = with_patience("正在提问…", || {
            Tally::count(&questions, |text| desk.ask(text).decided.outcome)
        });
        tally.write(&mut out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let examination = with_patience("正在对话…", || examine(&folder.files, &folder.surroundings));
    let passed = write(&examination, &mut out)?;
    if let Some(doubt) = folder.doubt(&examination.problems) {
        writeln!(out, "\n{doubt}")?;
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// True when all passed.
fn write(examination: &Examination, out: &mut impl io::Write) -> io::Result<bool> {
    let Some(edition) = &examination.edition else {
        show(examination.problems.iter().filter(|problem| problem.is_error()), out)?;
        writeln!(out, "✗ 规则文件有错误，还不能测试。请先照上面说的改正。")?;
        return Ok(false);
    };
    let failed = |code: &'static str| {
        examination.problems.iter().filter(move |problem| problem.code.starts_with(code))
    };
    show(failed("transcript").chain(failed("sample_lost")), out)?;
    let lost = failed("sample_lost").count();
    let questions: usize = edition.rulebook.rules.iter().map(|rule| rule.questions.len()).sum();
    let transcripts = examination.transcripts;
    let of = transcripts.passed + transcripts.failed;
    writeln!(
        out,
        "{} 对话测试 {of} 个：{} 个通过，{} 个没通过",
        mark(transcripts.failed),
        transcripts.passed,
        transcripts.failed
    )?;
    writeln!(out, "{} 示例问题 {questions} 个：{lost} 个没有由自己的规则回答", mark(lost))?;
    let other = examination.problems.iter().filter(|problem| problem.is_error() && !is_ours(problem)).count();
    if other > 0 {
        writeln!(out, "✗ 另外还有 {other} 处错误，请运行 yingda check 查看")?;
    }
    Ok(transcripts.failed + lost + other == 0)
}

fn is_ours(problem: &Problem) -> bool {
    problem.code.starts_with("transcript") || problem.code == "sample_lost"
}

fn mark(failed: usize) -> &'static str {
    if failed == 0 { "✓" } else { "✗" }
}
