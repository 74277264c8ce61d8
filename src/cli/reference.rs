//! docs/commands.md, made from the command line itself, so that it cannot say
//! anything else.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::arguments::command_line;

/// The whole page.
pub fn reference() -> String {
    let mut program = command_line();
    program.build();
    let mut page = String::from(
        "<!-- 由命令行的定义生成，不要手改；重新生成：UPDATE_REFERENCE=1 cargo test reference -->\n\
         # 命令\n\nEvery command of `yingda`, its options and examples. `yingda 命令 --help` 显示同样的内容。\n",
    );
    describe(&mut program, &mut page);
    page
}

/// Writing to a string cannot fail.
fn describe(command: &mut Command, page: &mut String) {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = write!(page, "\n## {name}\n\n{about}\n\n```\n{usage}\n```\n");
    let subcommands: Vec<_> = command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    if !subcommands.is_empty() {
        page.push_str("\n| 命令 | 做什么 |\n|--|--|\n");
    }
    for subcommand in subcommands {
        let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
        let anchor = subcommand.get_bin_name().unwrap_or_default().replace(' ', "-");
        let _ = writeln!(page, "| [`{}`](#{anchor}) | {about} |", subcommand.get_name());
    }
    describe_arguments(command, page);
    if let Some(notes) = command.get_after_help() {
        let _ = write!(page, "\n```\n{notes}\n```\n");
    }
    let parts: Vec<Command> = command.get_subcommands().cloned().collect();
    for mut part in parts {
        describe(&mut part, page);
    }
}

/// What every command takes is told once a command, not for each of its parts.
fn describe_arguments(command: &Command, page: &mut String) {
    let is_part = command.get_bin_name().is_some_and(|name| name.matches(' ').count() > 1);
    let told = |argument: &&Arg| !is_part || !(argument.is_global_set() || argument.get_id() == "help");
    let arguments: Vec<&Arg> = command.get_arguments().filter(told).collect();
    if !arguments.is_empty() {
        page.push_str("\n| 参数和选项 | 说明 |\n|--|--|\n");
    }
    for argument in arguments {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(page, "| `{}` | {} |", written(argument), help.replace('|', "\\|"));
    }
}

/// `-h, --help`, `--rulebook <文件夹>`, `[消息]`
fn written(argument: &Arg) -> String {
    let names = [
        argument.get_short().map(|short| format!("-{short}")),
        argument.get_long().map(|long| format!("--{long}")),
    ];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let takes_value = argument.get_action().takes_values();
    let value = argument.get_value_names().and_then(|names| names.first()).filter(|_| takes_value);
    match (names.is_empty(), value) {
        (true, Some(value)) => format!("[{value}]"),
        (true, None) => argument.get_id().to_string(),
        (false, Some(value)) => format!("{} <{value}>", names.join(", ")),
        (false, None) => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_of_commands_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            std::fs::write(path, reference()).expect("docs/ can be written");
        }

        let page = std::fs::read_to_string(path).unwrap_or_default();

        assert!(
            page == reference(),
            "docs/commands.md 已过时，请运行 UPDATE_REFERENCE=1 cargo test reference"
        );
    }

    #[test]
    fn the_command_line_is_consistent_and_every_part_explains_itself() {
        command_line().debug_assert();
        let mut program = command_line();
        program.build();
        for command in program.get_subcommands().chain([&program]) {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name}");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name} {}", argument.get_id());
            }
        }
    }
}
