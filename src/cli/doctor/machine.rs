//! The folder that holds the database, the disk it is on, and the clock.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::config::{Config, StoreUrl};
use crate::model::Clock;

use super::finding::Finding;

const FOLDER: &str = "folder";
const DISK: &str = "disk";
const CLOCK: &str = "clock";

/// When this was released: a clock before it is wrong, and every request of
/// WeChat's would be refused as too old or too new.
const RELEASED: &str = "2026-11-01T00:00:00Z";

/// Mebibytes. A message takes about a kilobyte; SQLite needs room beside its
/// file, and a full disk stops it.
const LITTLE_SPACE: u64 = 1024;
const NO_SPACE: u64 = 100;

/// Whether the store may be opened without doing harm.
pub fn check(config: &Config, findings: &mut Vec<Finding>) -> bool {
    findings.push(check_clock());
    let folder = config.store.folder();
    if !folder.exists() {
        let StoreUrl::Sqlite { .. } = config.store.url else { return true };
        let what = format!("数据文件夹 {} 还没有", folder.display());
        findings.push(Finding::warning(FOLDER, what, "第一次启动时会自己建好"));
        return false;
    }
    let finding = check_folder(&folder);
    let usable = finding.mark == super::Mark::Good;
    findings.push(finding);
    findings.extend(check_readers(&folder));
    findings.extend(check_space(&folder));
    usable
}

fn check_clock() -> Finding {
    let now = Clock::System.now();
    let released = RELEASED.parse().unwrap_or(now);
    let shown = now.strftime("%Y-%m-%d %H:%M:%S UTC");
    if now < released {
        let remedy = "启用 NTP 校时，例如 timedatectl set-ntp true";
        return Finding::bad(CLOCK, format!("本机时钟是 {shown}，比这个程序还早"), remedy);
    }
    Finding::good(CLOCK, format!("本机时钟 {shown}"))
}

fn check_folder(folder: &Path) -> Finding {
    let shown = folder.display();
    match write_something(folder) {
        Ok(Owners::Same) => Finding::good(FOLDER, format!("数据文件夹 {shown} 可以读写")),
        Ok(Owners::Differ) => {
            let remedy =
                "用那个用户运行，例如 runuser -u yingda -- yingda doctor；不然会留下服务打不开的文件";
            Finding::warning(FOLDER, format!("数据文件夹 {shown} 是另一个用户的，没有打开数据库"), remedy)
        }
        Err(error) => {
            let remedy = "用 chown/chmod 让运行 yingda 的用户可写，或在 [store] url 里换一个位置";
            Finding::bad(FOLDER, format!("数据文件夹 {shown} 写不进去：{error}"), remedy)
        }
    }
}

enum Owners {
    Same,
    Differ,
}

/// The only sure way to know is to write.
fn write_something(folder: &Path) -> io::Result<Owners> {
    let path = folder.join(format!(".yingda-doctor-{}", std::process::id()));
    fs::write(&path, b"yingda")?;
    let owners = compare_owners(folder, &path);
    fs::remove_file(&path)?;
    owners
}

#[cfg(unix)]
fn compare_owners(folder: &Path, ours: &Path) -> io::Result<Owners> {
    use std::os::unix::fs::MetadataExt as _;
    let same = fs::metadata(folder)?.uid() == fs::metadata(ours)?.uid();
    Ok(if same { Owners::Same } else { Owners::Differ })
}

#[cfg(not(unix))]
fn compare_owners(_folder: &Path, _ours: &Path) -> io::Result<Owners> {
    Ok(Owners::Same)
}

/// Secrets that everybody on the machine may read.
#[cfg(unix)]
fn check_readers(folder: &Path) -> Vec<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    const GROUP_AND_OTHERS: u32 = 0o077;
    const OTHERS: u32 = 0o007;
    let open_to =
        |path: &Path, whom| fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & whom != 0);
    let mut findings = Vec::new();
    let key = folder.join("key");
    if open_to(&key, GROUP_AND_OTHERS) {
        let remedy = format!("chmod 0600 {}", key.display());
        findings.push(Finding::bad(FOLDER, format!("密钥文件 {} 别人也能读", key.display()), remedy));
    }
    if folder != Path::new(".") && open_to(folder, OTHERS) {
        let remedy = format!("chmod o-rwx {}", folder.display());
        let what = format!("数据文件夹 {} 这台机器上的人都能看", folder.display());
        findings.push(Finding::warning(FOLDER, what, remedy));
    }
    findings
}

#[cfg(not(unix))]
fn check_readers(_folder: &Path) -> Vec<Finding> {
    Vec::new()
}

/// Nothing where `df` is missing: its absence is no fault.
fn check_space(folder: &Path) -> Option<Finding> {
    let free = free_mebibytes(folder)?;
    let shown = folder.display();
    let remedy = "清理磁盘，或把数据库移到大一些的盘";
    Some(match free {
        0..NO_SPACE => Finding::bad(DISK, format!("{shown} 所在的磁盘只剩 {free} MB"), remedy),
        NO_SPACE..LITTLE_SPACE => Finding::warning(DISK, format!("{shown} 所在的磁盘还剩 {free} MB"), remedy),
        LITTLE_SPACE.. => Finding::good(DISK, format!("磁盘还有 {} GB", free / 1024)),
    })
}

/// POSIX: `df -P -k` prints a header, then device, size, used, free in KiB.
fn free_mebibytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-P").arg("-k").arg(folder).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kibibytes / 1024)
}
