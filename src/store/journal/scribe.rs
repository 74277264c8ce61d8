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
    full: Vec<(u64, Blank)>,
    /// The same of a process before us.
    left: Vec<(u64, Blank)>,
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
            left: Vec::new(),
            _lock: lock,
            troubled: false,
        }
    }

    /// With segments that hold what a process before us left.
    #[must_use]
    pub fn after(self, left: Vec<(u64, Blank)>) -> Self {
        Self { left, ..self }
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
                self.put_full(draft.first);
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
        // Before anything is asked for: it may be the only one there is.
        self.put_full(first);
        let blank = self.next_blank()?;
        let number = self.next_number;
        self.next_number += 1;
        match blank.begin(&self.id, number, &self.sealer) {
            Ok(segment) => self.current = Some(segment),
            Err((blank, cause)) => {
                // The others are tried first.
                self.blanks.insert(0, blank);
                return Err(self.explain(&cause));
            }
        }
        Ok(())
    }

    fn put_full(&mut self, first: u64) {
        let full = self.current.take().map(|segment| (first.saturating_sub(1), segment.into_blank()));
        self.full.extend(full);
    }

    fn next_blank(&mut self) -> Result<Blank, StoreError> {
        let recycled = self.recycle(self.waiting.applied());
        if let Some(blank) = self.blanks.pop() {
            return Ok(blank);
        }
        if self.made < SEGMENTS {
            return self.make().map_err(|cause| self.explain(&cause));
        }
        recycled?;
        let oldest = self.full.first().map_or(0, |(last, _)| *last);
        // Whoever found it full has waited already: later ones must not.
        let patience = if self.troubled { Duration::ZERO } else { PATIENCE };
        if !self.waiting.wait_until_applied(oldest, patience) {
            return Err(StoreError::JournalFull);
        }
        self.recycle(self.waiting.applied())?;
        self.blanks.pop().ok_or(StoreError::JournalFull)
    }

    /// One that cannot be emptied stays and is tried again; it keeps no other back.
    fn recycle(&mut self, applied: u64) -> Result<(), StoreError> {
        let mut recycled = Ok(());
        for (last, mut blank) in std::mem::take(&mut self.full) {
            if last > applied {
                self.full.push((last, blank));
                continue;
            }
            match blank.wipe() {
                Ok(()) => self.blanks.push(blank),
                Err(cause) => {
                    self.full.push((last, blank));
                    recycled = Err(self.explain(&cause));
                }
            }
        }
        self.recycle_left(applied);
        recycled
    }

    /// They were there beside all of ours, and of another size after a change.
    fn recycle_left(&mut self, applied: u64) {
        for (last, mut blank) in std::mem::take(&mut self.left) {
            if last > applied || blank.wipe().is_err() {
                self.left.push((last, blank));
            } else if self.made < SEGMENTS && blank.bytes() == self.segment_bytes {
                self.made += 1;
                self.blanks.push(blank);
            } else {
                drop(std::fs::remove_file(blank.path()));
            }
        }
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
        if !self.waiting.is_empty() {
            return;
        }
        let current = self.current.take().map(Segment::into_blank);
        let used = self.full.drain(..).chain(self.left.drain(..)).map(|(_, blank)| blank);
        used.chain(current).for_each(|mut blank| drop(blank.wipe()));
    }

    fn explain(&self, cause: &io::Error) -> StoreError {
        StoreError::Journal { folder: self.folder.clone(), cause: cause.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::AccountId;
    use crate::store::SealingKey;
    use crate::store::committer::Seen;
    use crate::store::journal::entry::NotedUrl;
    use crate::store::journal::{Journal, Place};
    use crate::store::message::SignedUrl;
    use crate::telemetry::Metrics;

    const SEGMENT: u64 = 4 * 1024;

    fn scribe(folder: &std::path::Path) -> Scribe {
        let sealer = Sealer::new(&SealingKey::new([7; 32]), None);
        let place = Place { folder: folder.to_owned(), bytes: SEGMENTS * SEGMENT };
        let (journal, _) = Journal::open(place, &sealer).expect("readable").expect("nobody has it");
        let waiting = Arc::new(Waiting::new(Seen::default(), 1 << 20));
        Scribe::new(journal, "a".to_owned(), waiting, sealer, Metrics::default().store).reserve()
    }

    /// Four of them fill a segment.
    fn write_one(scribe: &mut Scribe) -> Result<(), StoreError> {
        let noted = NotedUrl {
            account: AccountId::parse("main").expect("a slug"),
            url: SignedUrl { id: "1-2".into(), digest: "x".repeat(900) },
            seen_at: Timestamp::UNIX_EPOCH,
        };
        drop(scribe.waiting.admit_url(&Arc::new(noted)));
        let draft = scribe.waiting.next_draft().expect("it is open");
        scribe.write(&draft)
    }

    fn files(scribe: &mut Scribe) -> impl Iterator<Item = &mut Blank> {
        let full = scribe.full.iter_mut().map(|(_, blank)| blank);
        scribe.current.iter_mut().map(Segment::blank).chain(full).chain(scribe.blanks.iter_mut())
    }

    #[test]
    fn after_a_disk_that_took_nothing_for_a_while_the_journal_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut scribe = scribe(folder.path());
        write_one(&mut scribe).expect("it works");

        files(&mut scribe).for_each(Blank::break_down);
        for _ in 0..2 * SEGMENTS {
            assert!(write_one(&mut scribe).is_err(), "the disk takes nothing");
        }
        files(&mut scribe).for_each(Blank::mend);

        assert_eq!(files(&mut scribe).count() as u64, SEGMENTS, "none is lost");
        for _ in 0..2 * 4 * SEGMENTS {
            write_one(&mut scribe).expect("it works again");
            scribe.waiting.forget_applied(scribe.waiting.len());
        }
    }

    #[test]
    fn a_segment_that_cannot_be_emptied_is_tried_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut scribe = scribe(folder.path());
        for _ in 0..8 {
            write_one(&mut scribe).expect("it works");
        }
        scribe.waiting.forget_applied(scribe.waiting.len());
        let (_, full) = scribe.full.first_mut().expect("one is full");
        full.break_down();

        assert!(scribe.recycle(scribe.waiting.applied()).is_err());
        files(&mut scribe).for_each(Blank::mend);

        assert!(scribe.recycle(scribe.waiting.applied()).is_ok());
        assert_eq!(files(&mut scribe).count() as u64, SEGMENTS, "none is lost");
    }

    #[test]
    fn with_one_segment_left_the_journal_still_goes_round() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut scribe = scribe(folder.path());
        scribe.blanks.truncate(1);

        for _ in 0..12 {
            write_one(&mut scribe).expect("what was written before is in the database");
            scribe.waiting.forget_applied(scribe.waiting.len());
        }
    }
}
