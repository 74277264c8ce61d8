//! Brings a backup back: into SQLite as the file that it is, into PostgreSQL
//! row by row. The backup is checked before anything is touched, and what was
//! there before is put aside, never deleted.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use jiff::Timestamp;
use sqlx::{Connection as _, SqliteConnection};

use super::check::open_backup;
use super::claim::claim;
use super::file::{beside, connect, create_private, give_name};
use super::{BackupError, Manifest, check_backup};
use crate::store::connect::prepare_folder;
use crate::store::copy::{Existing, Hand, Tell, fill_postgres, has_rows, load_tables, open_postgres_alone};
use crate::store::open::Location;
use crate::store::{Sealer, StoreError, schema};

#[derive(Debug)]
pub struct Restored {
    pub manifest: Manifest,
    /// Where the store that was there before is now.
    pub put_aside: Option<String>,
    sealed: Vec<Sealed>,
}

/// A sealed field, and the row it belongs to.
#[derive(Debug)]
struct Sealed {
    row: String,
    field: String,
}

/// Whether a key opens what the backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFit {
    Fits,
    Differs,
    /// Nothing in it is sealed.
    NothingSealed,
}

pub async fn restore(
    file: &Path,
    location: &Location,
    existing: Existing,
    now: Timestamp,
    tell: Tell<'_>,
) -> Result<Restored, BackupError> {
    match location {
        Location::Sqlite { path } => restore_sqlite(file, path, existing, now).await,
        Location::Postgres { url } => {
            let (manifest, mut backup) = open_backup(file).await?;
            let sealed = find_sealed(&mut backup).await?;
            let mut target = open_postgres_alone(url).await?;
            let filled =
                fill_postgres(&mut backup, &mut target, manifest.step, (existing, now), tell).await?;
            target.close().await?;
            Ok(Restored { manifest, put_aside: filled.put_aside, sealed })
        }
    }
}

impl Restored {
    pub fn try_key(&self, sealer: &Sealer) -> KeyFit {
        if self.sealed.is_empty() {
            return KeyFit::NothingSealed;
        }
        // One column may be older than a change of the key.
        let opens = |sealed: &Sealed| sealer.unseal(&sealed.field, &sealed.row).is_ok();
        if self.sealed.iter().all(opens) { KeyFit::Fits } else { KeyFit::Differs }
    }
}

async fn restore_sqlite(
    file: &Path,
    path: &Path,
    existing: Existing,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    prepare_folder(path)?;
    let old = claim_old(path, existing).await?;
    let fresh = beside(path, ".restoring");
    let unpacked = unpack(file, &fresh).await;
    if unpacked.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    let (manifest, sealed) = unpacked?;
    let put_aside = put_aside(path, now)?;
    give_name(&fresh, path)?;
    // Only now may others open what stands under the name.
    drop(old);
    Ok(Restored { manifest, put_aside, sealed })
}

/// The store that is there, held so that no service starts on it meanwhile.
async fn claim_old(path: &Path, existing: Existing) -> Result<Option<SqliteConnection>, BackupError> {
    if !path.exists() {
        return Ok(None);
    }
    let mut old = match (claim(path).await, existing) {
        (Ok(old), Existing::Refuse | Existing::PutAside) => old,
        // Being broken is a reason to restore.
        (Err(BackupError::Store(StoreError::NotADatabase { .. })), Existing::PutAside) => return Ok(None),
        (Err(error), Existing::Refuse | Existing::PutAside) => return Err(error),
    };
    match existing {
        Existing::PutAside => {}
        Existing::Refuse => {
            schema::refuse_newer(schema::find_sqlite_step(&mut old).await?)?;
            let tables = load_tables(&mut old).await?;
            if has_rows(&mut Hand::Sqlite(&mut old), &tables).await? {
                return Err(BackupError::NotEmpty { what: format!("数据库 {} ", path.display()) });
            }
        }
    }
    Ok(Some(old))
}

/// A checked copy of the backup, ready to be the store.
async fn unpack(file: &Path, fresh: &Path) -> Result<(Manifest, Vec<Sealed>), BackupError> {
    let mut from = File::open(file).map_err(|_| BackupError::NoSuchFile { path: file.to_owned() })?;
    let mut to = create_private(fresh)?;
    io::copy(&mut from, &mut to).map_err(BackupError::at(fresh))?;
    drop(to);
    let manifest = check_backup(fresh).await.map_err(|error| named(error, file))?;
    let mut store = connect(fresh).await?;
    Manifest::remove(&mut store).await?;
    let sealed = find_sealed(&mut store).await?;
    store.close().await?;
    Ok((manifest, sealed))
}

/// What is wrong with the copy is wrong with the file that was named.
fn named(error: BackupError, file: &Path) -> BackupError {
    let path = file.to_owned();
    match error {
        BackupError::NotABackup { .. } => BackupError::NotABackup { path },
        BackupError::Damaged { cause, .. } => BackupError::Damaged { path, cause },
        other => other,
    }
}

/// Each column that is sealed: its table, the row as it was sealed for, the field.
const SEALED: [(&str, &str); 9] = [
    ("message", "SELECT id, sealed FROM message WHERE sealed IS NOT NULL LIMIT 1"),
    (
        "conversation",
        "SELECT customer_id, SUBSTR(state, 8) FROM conversation WHERE state LIKE 'sealed:%' LIMIT 1",
    ),
    ("lead", "SELECT 'lead:' || account_id || ':' || number, sealed FROM lead LIMIT 1"),
    ("lead_trail", "SELECT id, sealed FROM lead_trail WHERE sealed IS NOT NULL LIMIT 1"),
    ("customer_note", "SELECT id, sealed FROM customer_note WHERE sealed IS NOT NULL LIMIT 1"),
    ("erasure", "SELECT 'erasure:' || account_id || ':' || id, sealed FROM erasure LIMIT 1"),
    (
        "reply_draft",
        "SELECT 'reply_draft:' || account_id || ':' || customer_id || ':' || staff_id, sealed FROM reply_draft LIMIT 1",
    ),
    ("staff", "SELECT 'staff/' || id || '/totp', totp FROM staff WHERE totp IS NOT NULL LIMIT 1"),
    ("account", "SELECT 'account/' || account_id || '/secrets', secrets FROM account LIMIT 1"),
];

/// One of each column. A backup of an older program lacks the newer tables.
async fn find_sealed(store: &mut SqliteConnection) -> Result<Vec<Sealed>, StoreError> {
    const KNOWN: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1";
    let mut found = Vec::new();
    for (table, sample) in SEALED {
        let (known,): (i64,) = sqlx::query_as(KNOWN).bind(table).fetch_one(&mut *store).await?;
        if known > 0 {
            let row: Option<(String, String)> = sqlx::query_as(sample).fetch_optional(&mut *store).await?;
            found.extend(row.map(|(row, field)| Sealed { row, field }));
        }
    }
    Ok(found)
}

/// The file and its log. A log that stays behind would be read as the new
/// file's own.
fn put_aside(path: &Path, now: Timestamp) -> Result<Option<String>, BackupError> {
    let aside = beside(path, &now.strftime(".before-%Y%m%d-%H%M%S").to_string());
    for ending in ["-wal", "-shm", "-journal", ""] {
        let (from, to) = (beside(path, ending), beside(&aside, ending));
        match fs::rename(&from, &to) {
            Ok(()) if ending.is_empty() => return Ok(Some(aside.display().to_string())),
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(BackupError::at(&from)(error)),
        }
    }
    Ok(None)
}
