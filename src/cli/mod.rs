//! The commands, one file each. Here: what can be typed, and how a command
//! ends. Exit codes: 0 done, 1 the work failed or something is wrong, 2 the
//! command line or the settings are wrong. Not here: what the commands work
//! with (everything else).

mod account;
mod arguments;
mod ask;
mod backup;
mod bubble;
mod check;
mod completions;
mod doctor;
mod export;
mod failure;
mod folder;
mod gatehouse;
mod import;
mod init;
mod journal;
mod labelled;
mod made;
mod migrate;
mod patience;
mod progress;
mod publish;
mod reference;
mod restore;
mod send;
mod serve;
mod settings;
mod staff;
mod test;
mod visit;

use std::ffi::OsString;
use std::process::ExitCode;

pub use reference::reference;

use arguments::{Arguments, Command, command_line};
use settings::Settings;

pub fn run() -> ExitCode {
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => return failure::end_usage(&error),
    };
    obey(arguments).unwrap_or_else(|error| failure::end(&error))
}

fn obey(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::new(arguments.config);
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&settings),
        Command::Ask(args) => ask::run(&args, &settings),
        Command::Check(args) => check::run(&args, &settings),
        Command::Test(args) => test::run(&args, &settings),
        Command::Send(args) => send::run(&args, &settings),
        Command::Doctor(args) => doctor::run(&args, &settings),
        Command::Journal(args) => journal::run(&args, &settings),
        Command::Init(args) => init::run(&args, &settings),
        Command::Publish(args) => publish::run(&args, &settings),
        Command::Export(args) => export::run(&args, &settings),
        Command::Import(args) => import::run(&args, &settings),
        Command::Staff(args) => staff::run(&args, &settings),
        Command::Backup(args) => backup::run(&args, &settings),
        Command::Restore(args) => restore::run(&args, &settings),
        Command::Migrate(args) => migrate::run(&args, &settings),
        Command::Completions(args) => Ok(completions::run(&args)),
    }
}

impl Arguments {
    fn read(typed: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        use clap::FromArgMatches as _;
        let matches = command_line().try_get_matches_from(typed)?;
        Self::from_arg_matches(&matches)
    }
}
