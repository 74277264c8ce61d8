//! The real binary, as people and scripts run it: what it prints, how it ends.

mod asking;
mod backups;
mod failures;
mod publishing;
mod serving;
mod staff;
mod writing;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support::service::write_rulebook;

/// Answers, offers choices, opens a form, hands over, and stays silent.
const RULES: &[(&str, &str)] = &[
    ("settings.toml", "[centre]\nname = \"培训中心\"\n"),
    (
        "contacts.toml",
        "[[contact]]\nname = \"顾问\"\nphone = \"0796-6559898\"\nwechat = \"jgspxpy\"\ndefault = true\n",
    ),
    (
        "rules/price.md",
        "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\", \"=价格\"]\nquestions = [\"一个人多少钱\"]\n+++\n费用请问顾问。\n",
    ),
    (
        "rules/human.md",
        "+++\nid = \"human\"\nname = \"人工\"\nkind = \"human\"\ntriggers = [\"=人工\"]\n+++\n请拨 {{phone}}。\n",
    ),
    (
        "rules/apply.md",
        "+++\nid = \"enquiry\"\nname = \"报名\"\nkind = \"form\"\nform = \"enquiry\"\ntriggers = [\"=报名\"]\n+++\n请留下需求。\n",
    ),
    (
        "rules/welcome.md",
        "+++\nid = \"welcome\"\nname = \"欢迎\"\non = [\"subscribe\"]\n+++\n您好。\n1. [费用](rule:price)\n2. [人工](rule:human)\n",
    ),
    ("tests/price.chat", "用户: 一个人多少钱\n应答: 规则=price 含\"顾问\"\n"),
];

/// A folder in which somebody works with yingda, and nothing of our own
/// environment.
struct Workplace {
    folder: TempDir,
    port: u16,
    /// Settings given by the environment.
    variables: Vec<(&'static str, String)>,
    /// Who runs it, where the tests are run by root.
    user: Option<u32>,
}

#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// A running `yingda serve`; killed when it is dropped.
struct Serving {
    process: Child,
    /// What it said once it was ready.
    welcome: String,
}

impl Workplace {
    /// Without any file.
    fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            port: free_port(),
            variables: Vec::new(),
            user: None,
        }
    }

    fn with_rules() -> Self {
        let workplace = Self::bare();
        let files: Vec<(String, String)> =
            RULES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        write_rulebook(&workplace.path("responses"), &files);
        workplace
    }

    #[cfg(unix)]
    fn run_by(mut self, user: u32) -> Self {
        let is_root =
            std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").expect("readable")) == 0;
        self.user = is_root.then_some(user);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("creatable");
        fs::write(path, text).expect("writable");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yingda"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("YINGDA__SERVER__LISTEN", format!("127.0.0.1:{}", self.port));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        #[cfg(unix)]
        if let Some(user) = self.user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
            std::os::unix::process::CommandExt::gid(&mut command, user);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).spawn().expect("the binary starts"))
    }

    fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ended {
        let mut process = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary starts");
        process.stdin.take().expect("a pipe").write_all(input).expect("it reads");
        Ended::of(process)
    }

    /// Returns once the service says that it is up.
    fn serve(&self) -> Serving {
        let mut process = self.command(&[]).spawn().expect("the binary starts");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let mut welcome = String::new();
        for line in lines.map_while(Result::ok) {
            welcome.push_str(&line);
            welcome.push('\n');
            if line.contains("Ctrl-C") {
                return Serving { process, welcome };
            }
        }
        panic!("it ended before it was up: {:?}", Ended::of(process));
    }
}

impl Ended {
    fn of(process: Child) -> Self {
        let output = process.wait_with_output().expect("it ends");
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    #[track_caller]
    fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// One readable text on standard error: no dump, no trace.
    #[track_caller]
    fn fails_with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.starts_with("错误："), "{self:?}");
        for unreadable in ["panicked", "RUST_BACKTRACE", "Error {", "Some(", "Os {"] {
            assert!(!self.err.contains(unreadable), "{self:?}");
        }
        self.err
    }
}

impl Serving {
    #[cfg(unix)]
    fn stops_on(mut self, signal: &str) -> Option<i32> {
        let id = self.process.id().to_string();
        Command::new("kill").args([signal, &id]).status().expect("kill runs");
        self.process.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}
