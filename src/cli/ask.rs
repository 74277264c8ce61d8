//! `yingda ask`: what a message would get, and why, without sending anything.
//! Every message is a new customer's first. Not here: the decision
//! (conversation), the sentences that explain it (answer).

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::bail;

use crate::answer::Edition;
use crate::model::{Clock, Outcome};
use crate::rehearsal::Rehearsal;

use super::account::{Account, reasons};
use super::bubble;
use super::folder::Folder;
use super::settings::Settings;

const NOTES: &str = "\
例子：
  yingda ask 一个人多少钱
  yingda ask --json 怎么去你们那儿
  yingda ask --stdin < 问题.txt > 结果.jsonl

--json 的每一行：outcome 是 answer、choices、form、human、fallback、silence 之一；
rule 是回答的规则；choices 是反问的规则；reply 是回复；why 是考虑过的规则和依据；took_us 是用时，单位微秒。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda ask [选项] [消息]", next_help_heading = "选项")]
pub struct Args {
    /// 客户发来的话
    #[arg(value_name = "消息", help_heading = "参数")]
    text: Vec<String>,
    /// 结果写成一行 JSON
    #[arg(long)]
    json: bool,
    /// 从标准输入读，一行一条消息（每行都是新客户），一行一个 JSON 写出
    #[arg(long, conflicts_with = "text")]
    stdin: bool,
    /// 规则文件夹。不写就用设置里的
    #[arg(long, value_name = "文件夹")]
    rulebook: Option<PathBuf>,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    if args.text.is_empty() && !args.stdin {
        bail!("要问什么？例如 yingda ask 一个人多少钱。");
    }
    let folder = Folder::open(settings, args.rulebook.as_deref(), &Clock::System)?;
    let edition = folder.compile()?;
    let desk = Desk { folder: &folder, edition: &edition };
    if args.stdin {
        desk.answer_lines(&mut io::stdin().lock(), &mut io::stdout().lock())?;
    } else if args.json {
        desk.ask(&args.text.join(" ")).write_json(&edition, &mut io::stdout().lock())?;
    } else {
        desk.show(&args.text.join(" "), &mut anstream::stdout())?;
    }
    Ok(ExitCode::SUCCESS)
}

pub struct Desk<'a> {
    pub folder: &'a Folder,
    pub edition: &'a Edition,
}

impl Desk<'_> {
    /// The first message of somebody new.
    pub fn ask(&self, text: &str) -> Account {
        let mut customer = Rehearsal::new(self.edition, self.folder.account.clone(), Clock::System.now());
        customer.public_url = self.folder.surroundings.public_url.as_deref();
        let started = Instant::now();
        let decided = customer.says(text);
        Account { decided, took: started.elapsed() }
    }

    /// Whoever writes to us may wait for an answer before the next line, so
    /// every answer leaves at once.
    fn answer_lines(&self, lines: &mut impl io::BufRead, out: &mut impl io::Write) -> anyhow::Result<()> {
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
            self.ask(text).write_json(self.edition, out)?;
            out.flush()?;
            line.clear();
        }
        Ok(())
    }

    fn show(&self, text: &str, out: &mut impl io::Write) -> io::Result<()> {
        let account = self.ask(text);
        bubble::write_customer(text, out)?;
        bubble::write_reply(&account.decided.reply, out)?;
        writeln!(out, "\n为什么")?;
        for reason in reasons(&account.decided, self.edition) {
            writeln!(out, "  {reason}")?;
        }
        if let Some(place) = self.place_of(&account.decided.outcome) {
            writeln!(out, "\n要改就改 {}/{place}", self.folder.path.display())?;
        }
        writeln!(out, "用时 {} 微秒", account.took.as_micros())
    }

    fn place_of(&self, outcome: &Outcome) -> Option<String> {
        let place = self.edition.rulebook.rule(&crate::rehearsal::rule_of(outcome)?)?.place_of_words();
        Some(format!("{} 第 {} 行", place.file, place.line))
    }
}
