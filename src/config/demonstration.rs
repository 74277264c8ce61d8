//! Nothing is configured: one account with random secrets, kept in a private
//! file so that a restart and `yingda send` find the same ones. The file is an
//! ordinary configuration.

use std::io;
use std::path::{Path, PathBuf};

use rand::RngExt as _;

use super::first::{First, write_first};
use super::private_file::write_private;

const FOLDER: &str = "data";
const FILE: &str = "demonstration.toml";
const ACCOUNT: &str = "main";

#[derive(Debug, thiserror::Error)]
#[error("写不了演示用的设置 {}（{source}）。请换一个有写权限的目录启动", path.display())]
pub struct DemonstrationError {
    path: PathBuf,
    source: io::Error,
}

/// From the folder in which yingda was started.
pub fn path() -> PathBuf {
    Path::new(FOLDER).join(FILE)
}

/// Makes the demonstration's account if there is none yet. `within` is the
/// folder in which yingda was started.
pub fn prepare_demonstration(within: &Path) -> Result<(), DemonstrationError> {
    let path = within.join(path());
    let first = First { id: ACCOUNT.to_owned(), name: "演示".to_owned(), app_id: random_app_id() };
    match write_private(&path, &write_first(&first)) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_file() => Ok(()),
        Err(error) => Err(DemonstrationError { path, source: error }),
    }
}

/// Looks like an AppID, and is recognised as none.
fn random_app_id() -> String {
    format!("wxdemo{:012x}", rand::rng().random::<u64>() >> 16)
}
