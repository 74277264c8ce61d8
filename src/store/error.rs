//! What can go wrong with the store, each with what to do about it: an operator
//! reads these at start, staff never do.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("数据库文件 {path} 打不开：{cause}。请检查目录是否存在、运行 yingda 的用户能否读写它。")]
    CannotOpen { path: PathBuf, cause: String },
    #[error(
        "数据库 {path} 不能写入。请用 chown/chmod 让运行 yingda 的用户可写，或在 [store] url 里换一个位置。"
    )]
    ReadOnly { path: PathBuf },
    #[error("磁盘已满，数据库 {path} 写不进去。请清理磁盘空间后再启动。")]
    DiskFull { path: PathBuf },
    #[error("{path} 不是 SQLite 数据库，或已损坏。请从备份恢复，或在 [store] url 里换一个文件名。")]
    NotADatabase { path: PathBuf },
    #[error(
        "数据库由更新版本的 yingda 建立（结构版本 {found}，本程序只认识到 {known}）。请升级 yingda，不要用旧程序打开它。"
    )]
    Newer { found: i64, known: i64 },
    #[error("数据库结构升级到第 {version} 步时失败：{cause}。数据没有改动；请保留日志并从备份恢复后重试。")]
    Migration { version: i64, cause: String },
    #[error("连不上 PostgreSQL：{cause}。请检查 [store] url、数据库是否已启动、用户名和密码。")]
    CannotConnect { cause: String },
    #[error(
        "本地日志 {folder} 用不了：{cause}。请检查目录是否存在、运行 yingda 的用户能否读写它、磁盘是否已满。"
    )]
    Journal { folder: PathBuf, cause: String },
    #[error(
        "本地日志 {path} 是用另一个加密密钥写的，里面可能有还没存进数据库的消息。请把当时的密钥写进 [store] encryption_key 或 previous_encryption_key 后再启动；确认不要这些消息，就把这个文件移走。"
    )]
    JournalKey { path: PathBuf },
    #[error("本地日志已满：数据库长时间写不进去。请检查数据库和磁盘。")]
    JournalFull,
    #[error(
        "另一个 yingda 正在使用同一个数据库或日志文件夹。请先停掉它；要同时运行几个进程，请改用 PostgreSQL，并给每个进程各自的 [store] journal。"
    )]
    InUse,
    #[error("会话已被另一个进程更新。")]
    Stale,
    #[error("数据库没有在限定的时间内答复。请检查它的负载和网络。")]
    TooSlow,
    #[error(
        "数据库文件 {path} 不见了，或被换成了别的文件：现在收到的消息，重启以后就没有了。请不要重启：先把原来的文件放回去，放不回去就停下服务，从备份恢复（yingda restore）。"
    )]
    Vanished { path: PathBuf },
    #[error("存储已关闭，正在退出。")]
    Closed,
    #[error(
        "加密密钥解不开已保存的内容。请检查 [store] encryption_key 是否换过；换过要把旧的写进 previous_encryption_key。"
    )]
    CannotUnseal,
    #[error("存储里的内容读不懂（{what}）：{cause}。")]
    Corrupt { what: &'static str, cause: String },
    #[error("存储出错：{0}。请检查磁盘空间和数据库的日志；yingda doctor 会逐项检查。")]
    Sql(#[from] sqlx::Error),
}

impl StoreError {
    /// The database itself is well, and will never take this record.
    pub(crate) fn is_about_the_record(&self) -> bool {
        use sqlx::error::ErrorKind;
        match self {
            Self::Sql(sqlx::Error::Database(error)) => match error.kind() {
                ErrorKind::UniqueViolation
                | ErrorKind::ForeignKeyViolation
                | ErrorKind::NotNullViolation
                | ErrorKind::CheckViolation
                | ErrorKind::ExclusionViolation => true,
                _ => is_bad_data(error.code().as_deref()),
            },
            Self::Sql(sqlx::Error::Encode(_)) | Self::Corrupt { .. } | Self::CannotUnseal => true,
            _ => false,
        }
    }

    /// Of many messages in one transaction one is at fault, or met another
    /// process: each may go through by itself.
    pub(crate) fn is_about_one_of_many(&self) -> bool {
        match self {
            Self::Stale => true,
            // PostgreSQL's serialization failure and deadlock: undone whole, to be tried again.
            Self::Sql(sqlx::Error::Database(error)) if is_collision(error.code().as_deref()) => true,
            _ => self.is_about_the_record(),
        }
    }

    /// Nothing is known of what became of the transaction, or nothing else will
    /// go through on this connection.
    pub(crate) fn is_lost_connection(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::Database(error)) => {
                // PostgreSQL's classes: 08 connection, 53 resources, 57 shutting down, 58 system.
                let lost = |code: &str| ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class));
                error.code().is_some_and(|code| lost(&code))
            }
            Self::Sql(_) | Self::TooSlow | Self::CannotConnect { .. } => true,
            _ => false,
        }
    }

    /// Another row with the same key was there first.
    pub(crate) fn is_duplicate(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::Database(error)) => error.is_unique_violation(),
            _ => false,
        }
    }

    pub(crate) fn corrupt(what: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Corrupt { what, cause: cause.to_string() }
    }

    pub(super) fn no_thread(cause: std::io::Error) -> Self {
        Self::Sql(sqlx::Error::Io(cause))
    }
}

fn is_collision(code: Option<&str>) -> bool {
    code.is_some_and(|code| ["40001", "40P01"].contains(&code))
}

/// PostgreSQL's class 22, data exception: a text with a zero byte, say.
fn is_bad_data(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.len() == 5 && code.starts_with("22"))
}
