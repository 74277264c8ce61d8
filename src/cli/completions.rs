//! `yingda completions`: what a shell needs to complete our commands.

use std::process::ExitCode;

use clap_complete::Shell;

use super::arguments::command_line;

const NOTES: &str = "\
例子：
  yingda completions bash > ~/.local/share/bash-completion/completions/yingda
  yingda completions fish > ~/.config/fish/completions/yingda.fish";

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "yingda completions <SHELL>", next_help_heading = "选项")]
pub struct Args {
    /// bash、zsh、fish、powershell 或 elvish
    #[arg(value_name = "SHELL", help_heading = "参数", hide_possible_values = true)]
    shell: Shell,
}

pub fn run(args: &Args) -> ExitCode {
    clap_complete::generate(args.shell, &mut command_line(), "yingda", &mut std::io::stdout());
    ExitCode::SUCCESS
}
