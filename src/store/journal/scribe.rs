//! Writes the journal: a thread of its own, because syncing a file blocks.
//! While it waits for the disk, what comes in gathers, and shares the next
//! write. Not here: what waits (committer::waiting), the files (segment).

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{error, info};

use super::segment::{self, Blank, Segment};
use super::{Journal, SEGMENTS, SUFFIX};
use crate::store::committer::waiting::{Draft, Waiting};
use crate::store::{Sealer, StoreError};
use crate::telemetry::StoreMetrics;

/// A full journal is given this long to be emptied: a burst that the database
/// takes a moment for must cost nobody their record.
const PATIENCE: Duration = Duration::from_secs(1);
/// So many in one write tell of a load; then the next write waits a moment for
/// company: each costs a sync and waking everybody up, whatever is in it.
const BUSY: usize = 8;
const LINGER: Duration = Duration::from_micros(1_200);

pub struct Scribe {
    waiting: Arc<Waiting>,
    sealer: Sealer,
    metrics: StoreMetrics,
    folder: PathBuf,
    segment_bytes: u64,
    id: String,
    next_number: u64,
    made: u64,
    current: Option<Segment>,
    blanks: Vec<Blank>,
    /// Full ones, with the number of the last entry in each, oldest first.
    full: Vec<(u64, Segment)>,
    /// Given up with the scribe.
    _lock: File,
    troubled: bool,
}

impl Scribe {
    pub fn new(
        journal: Journal,
        id: String,
        waiting: Arc<Waiting>,
        sealer: Sealer,
        metrics: StoreMetrics,
    ) -> Self {
        let (place, lock, blanks) = journal.into_parts();
        let segment_bytes = place.bytes / SEGMENTS;
        // After a change of size the old files are of no use.
        let (blanks, odd): (Vec<_>, Vec<_>) =
            blanks.into_iter().partition(|blank| blank.bytes() == segment_bytes);
        odd.iter().for_each(|blank| drop(std::fs::remove_file(blank.path())));
        Self {
            waiting,
            sealer,
            metrics,
            folder: place.folder,
            segment_bytes,
            id,
            next_number: 1,
            made: blanks.len() as u64,
            current: None,
            blanks,
            full: Vec::new(),
            _lock: lock,
            troubled: false,
        }
    }

    /// Until the store is closed.
    pub fn run(mut self) {
        while let Some(draft) = self.waiting.next_draft() {
            let last = draft.last();
            let started = Instant::now();
            let written = self.write(&draft);
            self.metrics.committed(draft.len(), started.elapsed());
            self.note(written.as_ref().err());
            let is_busy = draft.len() >= BUSY;
            draft.tell(&written.map_err(Arc::new));
            self.waiting.written(last);
            if is_busy {
                std::thread::sleep(LINGER);
            }
        }
        self.end();
    }

    /// Makes all segments at once, so that a disk that fills up later does not
    /// take the journal with it.
    #[must_use]
    pub fn reserve(mut self) -> Self {
        while self.made < SEGMENTS {
            match self.make() {
                Ok(blank) => self.blanks.push(blank),
                Err(cause) => {
                    error!(%cause, "The journal could not be made as large as configured");
                    break;
                }
            }
        }
        self
    }

    fn write(&mut self, draft: &Draft) -> Result<(), StoreError> {
        match self.try_write(draft) {
            // The segment may be at fault (a bad place on the disk), not the disk.
            Err(StoreError::Journal { .. }) => {
                self.full.extend(self.current.take().map(|segment| (draft.first.saturating_sub(1), segment)));
                self.try_write(draft)
            }
            written => written,
        }
    }

    fn try_write(&mut self, draft: &Draft) -> Result<(), StoreError> {
        if draft.frame.len() as u64 > segment::room_in(self.segment_bytes) {
            return Err(StoreError::JournalFull);
        }
        if self.current.as_ref().is_none_or(|segment| !segment.fits(&draft.frame)) {
            self.turn_over(draft.first)?;
        }
        let Some(segment) = &mut self.current else { return Err(StoreError::JournalFull) };
        segment.append(draft.frame.clone(), draft.first).map_err(|cause| self.explain(&cause))
    }

    /// Goes on in the next segment.
    fn turn_over(&mut self, first: u64) -> Result<(), StoreError> {
        let blank = self.next_blank()?;
        if let Some(full) = self.current.take() {
            self.full.push((first.saturating_sub(1), full));
        }
        let number = self.next_number;
        self.next_number += 1;
        let begun = blank.begin(&self.id, number, &self.sealer);
        self.current = Some(begun.map_err(|cause| self.explain(&cause))?);
        Ok(())
    }

    fn next_blank(&mut self) -> Result<Blank, StoreError> {
        self.recycle(self.waiting.applied())?;
        if let Some(blank) = self.blanks.pop() {
            return Ok(blank);
        }
        if self.made < SEGMENTS {
            return self.make().map_err(|cause| self.explain(&cause));
        }
        let oldest = self.full.first().map_or(0, |(last, _)| *last);
        // Whoever found it full has waited already: later ones must not.
        let patience = if self.troubled { Duration::ZERO } else { PATIENCE };
        if !self.waiting.wait_until_applied(oldest, patience) {
            return Err(StoreError::JournalFull);
        }
        self.recycle(self.waiting.applied())?;
        self.blanks.pop().ok_or(StoreError::JournalFull)
    }

    fn recycle(&mut self, applied: u64) -> Result<(), StoreError> {
        while self.full.first().is_some_and(|(last, _)| *last <= applied) {
            let (_, segment) = self.full.remove(0);
            let blank = segment.end().map_err(|cause| self.explain(&cause))?;
            self.blanks.push(blank);
        }
        Ok(())
    }

    fn make(&mut self) -> io::Result<Blank> {
        let free = (0..).map(|n| self.folder.join(format!("{n}.{SUFFIX}"))).find(|path| !path.exists());
        let blank = Blank::create(free.unwrap_or_else(|| self.folder.join(SUFFIX)), self.segment_bytes)?;
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        self.made += 1;
        Ok(blank)
    }

    /// The log tells when it begins and when it is over, not every message.
    fn note(&mut self, failure: Option<&StoreError>) {
        match failure {
            Some(failure) if !self.troubled => {
                error!(%failure, "The journal takes nothing; messages are answered and kept in memory alone");
            }
            None if self.troubled => info!("The journal takes messages again"),
            Some(_) | None => {}
        }
        self.troubled = failure.is_some();
    }

    /// A journal whose entries are all in the database is left empty.
    fn end(&mut self) {
        let all = self.waiting.is_empty();
        if let Some(segment) = self.current.take()
            && all
        {
            drop(segment.end());
            self.full.drain(..).for_each(|(_, segment)| drop(segment.end()));
        }
    }

    fn explain(&self, cause: &io::Error) -> StoreError {
        StoreError::Journal { folder: self.folder.clone(), cause: cause.to_string() }
    }
}
