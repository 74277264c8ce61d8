//! `yingda doctor`: looks at a deployment where deployments fail, and says what
//! to do. It changes nothing, and makes no database that is not there yet.
//!
//! `written`: settings, accounts, rulebook. `machine`: folder, disk, clock. `memory`: the
//! store and what it remembers. `told`: whether staff hear of it. `reach`: how the service is reached.

mod finding;
mod machine;
mod memory;
mod reach;
mod told;
mod written;

use std::io;
use std::process::ExitCode;

use serde::Serialize;

use super::made::find_made;
use super::settings::{Settings, start_runtime};
use finding::{Finding, Mark};

const NOTES: &str = "\
✓ 是好，! 是提醒，✗ 要改；每一行都写了怎么改。有 ✗ 时退出码是 1。
请用运行服务的那个用户来运行，这样查到的才是服务自己能不能读写。";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda doctor [选项]", next_help_heading = "选项")]
pub struct Args {
    /// 结果写成 JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    checks: &'a [Finding],
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let findings = start_runtime()?.block_on(examine(settings))?;
    let ok = findings.iter().all(|finding| finding.mark != Mark::Bad);
    if args.json {
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &Report { ok, checks: &findings })?;
        io::Write::write_all(&mut out, b"\n")?;
    } else {
        write(&findings, &mut anstream::stdout())?;
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(settings: &Settings) -> anyhow::Result<Vec<Finding>> {
    let (config, mut findings) = written::check(settings);
    findings.push(written::check_rulebook(settings).await);
    let Some(config) = config else { return Ok(findings) };
    let channels = written::check_accounts(&config, find_made(&config).await, &mut findings);
    let usable = machine::check(&config, &mut findings);
    if usable {
        memory::check(&config, &channels, &mut findings).await;
    }
    reach::check(&config, &channels, &mut findings).await?;
    Ok(findings)
}

fn write(findings: &[Finding], out: &mut impl io::Write) -> io::Result<()> {
    for finding in findings {
        finding.write(out)?;
    }
    let count = |mark| findings.iter().filter(|finding| finding.mark == mark).count();
    let (bad, warnings) = (count(Mark::Bad), count(Mark::Warning));
    match (bad, warnings) {
        (0, 0) => writeln!(out, "\n一切正常。"),
        (0, _) => writeln!(out, "\n可以使用，有 {warnings} 处提醒。"),
        (_, _) => writeln!(out, "\n有 {bad} 处要改，{warnings} 处提醒。"),
    }
}
