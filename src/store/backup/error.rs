//! Why a store was not saved, restored or moved, each with what to do.

use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{} 已经有了，没有改动它。请换一个文件名，或先把它移走。", path.display())]
    Exists { path: PathBuf },
    #[error("还没有数据库，没有东西可存。第一次运行 yingda serve 时会建好。")]
    NothingThere,
    #[error("没有 {} 这个文件。请检查路径。", path.display())]
    NoSuchFile { path: PathBuf },
    #[error("{} 不是 yingda backup 写出的备份。请换一个文件。", path.display())]
    NotABackup { path: PathBuf },
    #[error("备份 {} 是残缺的：{cause}。没有恢复任何东西；请换一份备份。", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error(
        "{what}里已经有数据，没有动它。请换一个空的；用 yingda restore 时也可以加 --force：原来的放到一边，不删除。"
    )]
    NotEmpty { what: String },
    #[error("这个 PostgreSQL 数据库里有别的程序的表。请给 yingda 建一个空的数据库，再运行一次。")]
    Foreign,
    #[error("{what}正被运行着的 yingda 使用。请先停下服务，例如 systemctl stop yingda，再运行一次。")]
    InUse { what: String },
    #[error(
        "表 {table} 抄过去以后对不上：应有 {expected} 行，抄到 {found} 行。没有改动任何东西，请再运行一次。"
    )]
    Differs { table: String, expected: u64, found: u64 },
    #[error("{} 读不了或写不了（{source}）。请检查文件夹在不在、权限和磁盘空间。", path.display())]
    File { path: PathBuf, source: io::Error },
}

impl BackupError {
    /// For `map_err`.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(StoreError::Sql(error))
    }
}
