//! The local journal (DESIGN.md D3): what was accepted and is on its way into
//! the database. A folder of segments, for one process at a time, sealed with a
//! key made from `[store] encryption_key`. Here: opening the folder, and reading
//! what a process before us left there. Not here: writing (scribe), what is
//! done with it (committer).

pub mod entry;
pub mod frame;
pub mod scribe;
pub mod segment;

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tracing::error;

pub use segment::Blank;
use segment::{Life, Reading};

use super::{Sealer, StoreError};
use entry::Entry;

/// How many files the journal is cut into: one can be emptied while the next
/// is written.
pub const SEGMENTS: u64 = 8;
const LOCK: &str = "lock";
const SUFFIX: &str = "segment";

/// Where a journal is, and how large it may grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub folder: PathBuf,
    pub bytes: u64,
}

/// The journal's folder, locked for us.
#[derive(Debug)]
pub struct Journal {
    pub place: Place,
    /// Given up when it is dropped, also by `kill -9`.
    lock: File,
    blanks: Vec<Blank>,
}

/// What a journal holds that may not be in the database yet.
#[derive(Debug, Default)]
pub struct Left {
    pub lives: Vec<LeftLife>,
}

impl Left {
    pub fn len(&self) -> usize {
        self.lives.iter().map(|life| life.steps.len()).sum()
    }
}

#[derive(Debug)]
pub struct LeftLife {
    pub id: String,
    number: u64,
    pub steps: Vec<(u64, Entry)>,
    path: PathBuf,
    /// Places that could not be read.
    pub damaged: usize,
}

impl Journal {
    /// None: another process has it.
    pub fn open(place: Place, sealer: &Sealer) -> Result<Option<(Self, Left)>, StoreError> {
        prepare_folder(&place.folder).map_err(|cause| cannot_open(&place.folder, &cause))?;
        let Some(lock) = take_lock(&place.folder)? else { return Ok(None) };
        let left = read_left(&place.folder, sealer)?;
        let blanks = segments_in(&place.folder)
            .and_then(|paths| paths.into_iter().map(Blank::open).collect::<io::Result<Vec<_>>>())
            .map_err(|cause| cannot_open(&place.folder, &cause))?;
        Ok(Some((Self { place, lock, blanks }, left)))
    }

    /// What was left is in the database now: its segments may be used again.
    /// One that is damaged is put aside for somebody to look at.
    pub fn clear(&mut self, left: &Left) -> Result<(), StoreError> {
        let explain = |cause: io::Error| cannot_open(&self.place.folder, &cause);
        for life in left.lives.iter().filter(|life| life.damaged > 0) {
            let aside = life.path.with_extension(format!("damaged-{}", life.number));
            error!(
                file = %aside.display(),
                "Part of the journal could not be read; what could was replayed, and the file is kept"
            );
            std::fs::rename(&life.path, aside).map_err(explain)?;
        }
        self.blanks.retain(|blank| blank.path().exists());
        self.blanks.iter_mut().try_for_each(Blank::wipe).map_err(explain)
    }

    /// Takes the segment of a life out of those that may be used.
    pub fn hold(&mut self, life: &LeftLife) -> Option<Blank> {
        let held = self.blanks.iter().position(|blank| blank.path() == life.path)?;
        Some(self.blanks.remove(held))
    }

    fn into_parts(self) -> (Place, File, Vec<Blank>) {
        (self.place, self.lock, self.blanks)
    }
}

/// Reads a journal without taking it, as `doctor` and `backup` do; the process
/// that owns it may be writing.
pub fn read_left(folder: &Path, sealer: &Sealer) -> Result<Left, StoreError> {
    let explain = |cause: io::Error| cannot_open(folder, &cause);
    let mut lives = Vec::new();
    for path in segments_in(folder).map_err(explain)? {
        match segment::read(&path, sealer).map_err(explain)? {
            Reading::Blank => {}
            Reading::Written(life) => lives.push(interpret(life, path)),
            Reading::Foreign => return Err(StoreError::JournalKey { path }),
            Reading::Damaged => lives.push(unreadable(path)),
        }
    }
    lives.sort_by_key(|life| life.number);
    Ok(Left { lives })
}

fn interpret(life: Life, path: PathBuf) -> LeftLife {
    let mut damaged = life.found.damaged.len();
    let mut steps = Vec::new();
    for frame in life.found.frames {
        match Entry::read_all(&frame.entries) {
            Some(entries) => steps.extend((frame.first..).zip(entries)),
            None => damaged += 1,
        }
    }
    LeftLife { id: life.id, number: life.number, steps, path, damaged }
}

fn unreadable(path: PathBuf) -> LeftLife {
    LeftLife { id: String::new(), number: 0, steps: Vec::new(), path, damaged: 1 }
}

fn prepare_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn take_lock(folder: &Path) -> Result<Option<File>, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(folder.join(LOCK)).map_err(|cause| cannot_open(folder, &cause))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(cannot_open(folder, &cause)),
    }
}

pub fn segments_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut paths = files.map(|file| file.map(|file| file.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == SUFFIX));
    paths.sort();
    Ok(paths)
}

fn cannot_open(folder: &Path, cause: &io::Error) -> StoreError {
    StoreError::Journal { folder: folder.to_owned(), cause: cause.to_string() }
}
