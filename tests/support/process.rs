//! The real program in a process of its own, which can be killed.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::service::{AES_KEY, APP_ID, Setup, TOKEN, write_rulebook};

/// Starting compiles a small rulebook and opens the store.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// A client that only ever speaks HTTP to this machine.
pub fn http_client() -> reqwest::Client {
    // It can only be installed already, by another test.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client")
}

pub struct Process {
    child: Child,
    pub folder: TempDir,
    port: u16,
}

impl Process {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_rulebook(&folder.path().join("responses"), &Setup::default().files);
        Self::start_in(folder).await
    }

    /// On a PostgreSQL that others use too.
    pub async fn start_on(url: &str) -> Self {
        Self::start_on_with(url, &Setup::default().files).await
    }

    pub async fn start_on_with(url: &str, files: &[(String, String)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_rulebook(&folder.path().join("responses"), files);
        Self::start_in_on(folder, url).await
    }

    /// Starts on what a process before it left behind.
    pub async fn start_in(folder: TempDir) -> Self {
        Self::launch(folder, SQLITE, Command::new(env!("CARGO_BIN_EXE_yingda"))).await
    }

    pub async fn start_in_on(folder: TempDir, url: &str) -> Self {
        let store = format!("url = \"{url}\"\nencryption_key = \"{}\"", "A".repeat(43));
        Self::launch(folder, &store, Command::new(env!("CARGO_BIN_EXE_yingda"))).await
    }

    /// No file may grow beyond this many bytes: what a full disk does to those
    /// that are not there yet.
    #[cfg(unix)]
    pub async fn start_in_with_files_of_at_most(folder: TempDir, bytes: u64) -> Self {
        let mut shell = Command::new("sh");
        // The signal would end it; with it ignored, the write fails.
        let limited = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes / 512);
        shell.args(["-c", &limited, env!("CARGO_BIN_EXE_yingda")]);
        Self::launch(folder, SQLITE, shell).await
    }

    async fn launch(folder: TempDir, store: &str, mut program: Command) -> Self {
        let port = free_port();
        fs::write(config_file(&folder), configuration(port, store)).expect("writable");
        let child = program
            .args(["--config", "yingda.toml", "serve"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).expect("a log file"))
            .spawn()
            .expect("the program starts");
        let mut process = Self { child, folder, port };
        process.wait_until_it_answers().await;
        process
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// `kill -9`: no chance to say goodbye.
    pub fn kill(mut self) -> TempDir {
        self.child.kill().expect("it is running");
        self.child.wait().expect("it is dead");
        std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a temporary folder"))
    }

    async fn wait_until_it_answers(&mut self) {
        let client = http_client();
        let until = Instant::now() + START_DEADLINE;
        while Instant::now() < until {
            if client.get(self.url("/healthz")).send().await.is_ok_and(|answer| answer.status().is_success())
            {
                return;
            }
            if let Some(status) = self.child.try_wait().expect("a child") {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                panic!("the program ended with {status}:\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the program did not answer in time");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config_file(folder: &TempDir) -> PathBuf {
    folder.path().join("yingda.toml")
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Lines under `[store]`.
const SQLITE: &str = "url = \"sqlite:data/yingda.db\"";

fn configuration(port: u16, store: &str) -> String {
    format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\n[store]\n{store}\njournal_mib = 4\n\
         [desk]\nflood_limit = 0\n[[account]]\nid = \"main\"\nchannel = \"wechat\"\nname = \"培训中心\"\n\
         app_id = \"{APP_ID}\"\ntoken = \"{TOKEN}\"\nencoding_aes_key = \"{AES_KEY}\"\nencryption = \"safe\"\n"
    )
}
