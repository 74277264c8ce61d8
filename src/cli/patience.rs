//! Shows that something is going on when it takes more than a second, to a
//! person at a terminal.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::ProgressBar;

const SHOWN_AFTER: Duration = Duration::from_secs(1);
const TURN: Duration = Duration::from_millis(100);

/// Does `work`; meanwhile says `what`.
pub fn with_patience<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let sign = std::io::stderr().is_terminal().then(|| show_later(what));
    let result = work();
    if let Some((done, shown)) = sign {
        drop(done);
        // It only draws; there is nothing to learn from its end.
        let _ = shown.join();
    }
    result
}

fn show_later(what: &'static str) -> (Sender<()>, JoinHandle<()>) {
    let (done, wait) = channel();
    let shown = thread::spawn(move || {
        if wait.recv_timeout(SHOWN_AFTER) == Err(RecvTimeoutError::Timeout) {
            let spinner = ProgressBar::new_spinner().with_message(what);
            spinner.enable_steady_tick(TURN);
            let _ = wait.recv();
            spinner.finish_and_clear();
        }
    });
    (done, shown)
}
