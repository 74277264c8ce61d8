//! `yingda init`: a first yingda.toml with random secrets. Never writes over a
//! file that is there.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{anyhow, bail};

use crate::config::{First, NO_APP_ID, USUAL_FILE, write_first, write_private};
use crate::model::AccountId;
use crate::publishing::write_shipped_rulebook;

use super::settings::Settings;

const NOTES: &str = "\
写出的设置每一项都有注释，令牌（Token）和消息加解密密钥（EncodingAESKey）已随机生成，只有本用户可读。
写到 --config 或 YINGDA_CONFIG 指明的文件，不指明就是当前目录的 yingda.toml；文件已经在，就不动它。
加了 --rules，缺什么写什么：设置或规则已经在的，原样留着。";

const RULES_FOLDER: &str = "responses";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda init [选项]", next_help_heading = "选项")]
pub struct Args {
    /// 账号的 ID，微信后台填的网址以它结尾：只用字母、数字、“-”和“_”
    #[arg(long, value_name = "账号", default_value = "main", hide_default_value = true)]
    account: String,
    /// 账号的名称，给自己人看
    #[arg(long, value_name = "名称", default_value = "我的公众号", hide_default_value = true)]
    name: String,
    /// 开发者 ID（AppID）。现在不写，以后填进文件也行
    #[arg(long, value_name = "AppID", default_value = NO_APP_ID, hide_default_value = true)]
    app_id: String,
    /// 当前目录没有 responses 时，写出随程序提供的规则
    #[arg(long)]
    rules: bool,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let account = AccountId::parse(&args.account)
        .map_err(|_| anyhow!("账号“{}”里有别的字符：只用字母、数字、“-”和“_”。", args.account))?;
    let path = settings.named_file().unwrap_or_else(|| PathBuf::from(USUAL_FILE));
    let first = First { id: account.to_string(), name: args.name.clone(), app_id: args.app_id.clone() };
    let settings = write(&path, &first)?;
    let rules = args.rules.then(write_rules).transpose()?;
    let mut out = io::stdout().lock();
    match (settings, rules) {
        (Made::New, None | Some(Made::New)) => {}
        (Made::New, Some(Made::Kept)) => {
            writeln!(out, "规则文件夹 {RULES_FOLDER} 已经有了，没有改动它。")?;
        }
        (Made::Kept, None) => {
            bail!("{} 已经有了，没有改动它。要重新生成，先把它改名或移走。", path.display())
        }
        (Made::Kept, Some(rules)) => {
            show_rules(rules, &path, &mut out)?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    show(args, &path, Path::new(RULES_FOLDER).exists(), &mut out)?;
    Ok(ExitCode::SUCCESS)
}

/// What became of something that is never written over.
#[derive(Clone, Copy)]
enum Made {
    New,
    Kept,
}

fn write(path: &Path, first: &First) -> anyhow::Result<Made> {
    let shown = path.display();
    match write_private(path, &write_first(first)) {
        Ok(()) => Ok(Made::New),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.exists() => Ok(Made::Kept),
        Err(error) => bail!("写不了 {shown}（{error}）。请换一个有写权限的目录，或用 --config 写明文件。"),
    }
}

fn write_rules() -> anyhow::Result<Made> {
    let written = write_shipped_rulebook(Path::new(RULES_FOLDER))
        .map_err(|error| anyhow!("写不了 {RULES_FOLDER}（{error}）。请检查目录的权限。"))?;
    Ok(if written { Made::New } else { Made::Kept })
}

fn show_rules(rules: Made, path: &Path, out: &mut impl io::Write) -> io::Result<()> {
    let shown = path.display();
    match rules {
        Made::New => {
            writeln!(out, "写好了规则文件夹 {RULES_FOLDER}。{shown} 已经有了，没有改动它。")
        }
        Made::Kept => {
            writeln!(
                out,
                "{shown} 和规则文件夹 {RULES_FOLDER} 都已经有了，没有改动。要重新生成，先把它改名或移走。"
            )
        }
    }
}

fn show(args: &Args, path: &Path, rules: bool, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "写好了 {}（只有本用户可读，里面有密钥，不要发给别人）。\n\n接下来：", path.display())?;
    if args.app_id == NO_APP_ID {
        writeln!(out, "  · 把 app_id 换成微信后台的开发者 ID（AppID）")?;
    }
    writeln!(out, "  · 填 [server] public_url，公众访问的网址，例如 https://wx.example.org")?;
    if !rules {
        writeln!(out, "  · [rulebook] folder 指到规则文件夹；还没有规则，就运行 yingda init --rules")?;
    }
    writeln!(out, "  · 运行 yingda doctor，照它说的改")?;
    writeln!(
        out,
        "  · 运行 yingda serve，再到微信后台填 URL（public_url 后面加 /hook/{}）、Token 和 EncodingAESKey",
        args.account
    )
}
