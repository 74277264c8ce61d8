//! One file of the journal: made once, full of zeros so that a write needs no
//! new space, then used again and again. Each use is a life of its own, with a
//! number, a random salt and so a key of its own: what an earlier life left
//! behind can never be taken for this one's. Not here: which segment is next
//! (scribe), frames (frame).

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

use super::frame::{self, Found, TAG_BYTES};
use crate::store::Sealer;

const MAGIC: [u8; 8] = *b"ydjrnl\x00\x01";
const ID_BYTES: usize = 32;
const SALT_BYTES: usize = 32;
const SUM_BYTES: usize = 8;
/// Magic, id, number, salt; then a tag that only the right key makes, then a
/// checksum that tells a damaged header from one under another key.
const NAMED_BYTES: usize = MAGIC.len() + ID_BYTES + 8 + SALT_BYTES;
const HEADER_BYTES: usize = NAMED_BYTES + TAG_BYTES + SUM_BYTES;
/// Zeros are written in pieces of this size.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// A file that holds nothing any more, or never did.
#[derive(Debug)]
pub struct Blank {
    file: File,
    path: PathBuf,
    bytes: u64,
}

/// A file in use.
#[derive(Debug)]
pub struct Segment {
    blank: Blank,
    cipher: ChaCha20Poly1305,
    used: u64,
}

/// What was found in a file.
#[derive(Debug)]
pub enum Reading {
    Blank,
    Written(Life),
    /// Written under a key that we were not given.
    Foreign,
    /// Its header cannot be read.
    Damaged,
}

#[derive(Debug)]
pub struct Life {
    pub id: String,
    pub number: u64,
    pub found: Found,
}

impl Blank {
    pub fn create(path: PathBuf, bytes: u64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        let filled = fill(&mut file, bytes);
        if filled.is_err() {
            // Half a file would count as a whole one at the next start.
            let _ = std::fs::remove_file(&path);
        }
        filled?;
        Ok(Self { file, path, bytes })
    }

    pub fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { file, path, bytes })
    }

    /// Starts a new life. A file that cannot be written now is handed back.
    pub fn begin(mut self, id: &str, number: u64, sealer: &Sealer) -> Result<Segment, (Self, io::Error)> {
        let mut salt = [0; SALT_BYTES];
        rand::rng().fill_bytes(&mut salt);
        let cipher = sealer.journal_cipher(&salt);
        let mut header = named(id, number, &salt);
        header.extend_from_slice(&key_check(&cipher, &header));
        header.extend_from_slice(&checksum(&header));
        match self.write_header(&header) {
            Ok(()) => Ok(Segment { blank: self, cipher, used: HEADER_BYTES as u64 }),
            Err(cause) => Err((self, cause)),
        }
    }

    fn write_header(&mut self, header: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(header)?;
        self.file.sync_data()
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends its life: what it holds is in the database. Not synced, because a
    /// segment that is read again harms nothing.
    pub fn wipe(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&[0; HEADER_BYTES])
    }
}

impl Segment {
    pub fn fits(&self, frame: &[u8]) -> bool {
        self.used + (frame.len() + TAG_BYTES) as u64 <= self.blank.bytes
    }

    /// Seals the frame and returns once it is on the disk.
    pub fn append(&mut self, mut frame: Vec<u8>, first: u64) -> io::Result<()> {
        frame::seal(&mut frame, first, &self.cipher);
        self.blank.file.write_all(&frame)?;
        self.used += frame.len() as u64;
        self.blank.file.sync_data()
    }

    /// Its file, for when what it holds is in the database.
    pub fn into_blank(self) -> Blank {
        self.blank
    }
}

/// Reads a segment that may be written to at this moment: what is not whole yet
/// is left out.
pub fn read(path: &Path, sealer: &Sealer) -> io::Result<Reading> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(interpret(&bytes, sealer))
}

fn interpret(bytes: &[u8], sealer: &Sealer) -> Reading {
    let Some((header, body)) = bytes.split_at_checked(HEADER_BYTES) else { return Reading::Blank };
    if header.iter().all(|byte| *byte == 0) {
        return Reading::Blank;
    }
    let (signed, sum) = header.split_at(HEADER_BYTES - SUM_BYTES);
    if checksum(signed) != *sum || !signed.starts_with(&MAGIC) {
        return Reading::Damaged;
    }
    let (named, check) = signed.split_at(NAMED_BYTES);
    let Some((id, number, salt)) = names_of(named) else { return Reading::Damaged };
    let cipher = sealer.journal_ciphers(&salt).find(|cipher| key_check(cipher, named) == *check);
    match cipher {
        Some(cipher) => Reading::Written(Life { id, number, found: frame::find_all(body, &cipher) }),
        None => Reading::Foreign,
    }
}

/// The longest frame a segment of this size can take.
pub fn room_in(bytes: u64) -> u64 {
    bytes.saturating_sub((HEADER_BYTES + TAG_BYTES) as u64)
}

fn fill(file: &mut File, bytes: u64) -> io::Result<()> {
    let mut left = bytes;
    while left > 0 {
        let piece = usize::try_from(left).unwrap_or(ZEROS.len()).min(ZEROS.len());
        file.write_all(ZEROS.get(..piece).unwrap_or(&ZEROS))?;
        left -= piece as u64;
    }
    file.sync_all()
}

fn named(id: &str, number: u64, salt: &[u8; SALT_BYTES]) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend_from_slice(&MAGIC);
    let mut named = [b' '; ID_BYTES];
    named.iter_mut().zip(id.bytes()).for_each(|(place, byte)| *place = byte);
    header.extend_from_slice(&named);
    header.extend_from_slice(&number.to_be_bytes());
    header.extend_from_slice(salt);
    header
}

fn names_of(named: &[u8]) -> Option<(String, u64, [u8; SALT_BYTES])> {
    let (_, rest) = named.split_at_checked(MAGIC.len())?;
    let (id, rest) = rest.split_at_checked(ID_BYTES)?;
    let (number, salt) = rest.split_at_checked(8)?;
    let id = std::str::from_utf8(id).ok()?.trim_end().to_owned();
    Some((id, u64::from_be_bytes(number.try_into().ok()?), salt.try_into().ok()?))
}

fn key_check(cipher: &ChaCha20Poly1305, named: &[u8]) -> Vec<u8> {
    // No frame has this number.
    let nonce = Nonce::from([0xff; 12]);
    cipher
        .encrypt(&nonce, Payload { msg: &[], aad: named })
        .expect("encryption fails only beyond 256 GiB, and this is nothing")
}

fn checksum(bytes: &[u8]) -> [u8; SUM_BYTES] {
    let mut sum = [0; SUM_BYTES];
    sum.iter_mut().zip(Sha256::digest(bytes)).for_each(|(place, byte)| *place = byte);
    sum
}

/// For tests: a disk that takes nothing for a while.
#[cfg(test)]
impl Blank {
    pub fn break_down(&mut self) {
        self.file = File::open(&self.path).expect("readable");
    }

    pub fn mend(&mut self) {
        self.file = OpenOptions::new().read(true).write(true).open(&self.path).expect("writable");
    }
}

#[cfg(test)]
impl Segment {
    pub fn blank(&mut self) -> &mut Blank {
        &mut self.blank
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SealingKey;

    const SIZE: u64 = 64 * 1024;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&SealingKey::new([byte; 32]), None)
    }

    fn framed(entries: &[u8]) -> Vec<u8> {
        let mut frame = frame::begin();
        frame.extend_from_slice(entries);
        frame
    }

    fn firsts(path: &Path, sealer: &Sealer) -> Vec<u64> {
        match read(path, sealer).expect("readable") {
            Reading::Written(life) => life.found.frames.iter().map(|frame| frame.first).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_segment_is_read_back_and_its_next_life_does_not_see_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0.segment");
        let blank = Blank::create(path.clone(), SIZE).expect("creatable");
        assert!(matches!(read(&path, &sealer(1)), Ok(Reading::Blank)));

        let mut segment = blank.begin("a", 1, &sealer(1)).expect("writable");
        segment.append(framed(b"one"), 1).expect("writable");
        segment.append(framed(b"two"), 2).expect("writable");
        assert_eq!(firsts(&path, &sealer(1)), [1, 2]);

        let mut blank = segment.into_blank();
        blank.wipe().expect("writable");
        let mut segment = blank.begin("a", 2, &sealer(1)).expect("writable");
        segment.append(framed(b"six"), 6).expect("writable");

        assert_eq!(firsts(&path, &sealer(1)), [6]);
    }

    #[test]
    fn another_key_is_told_from_damage_and_the_previous_key_still_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0.segment");
        let blank = Blank::create(path.clone(), SIZE).expect("creatable");
        blank.begin("a", 1, &sealer(1)).expect("writable").append(framed(b"one"), 1).expect("writable");
        let rotated = Sealer::new(&SealingKey::new([2; 32]), Some(&SealingKey::new([1; 32])));

        assert!(matches!(read(&path, &sealer(2)), Ok(Reading::Foreign)));
        assert_eq!(firsts(&path, &rotated), [1]);
        let mut bytes = std::fs::read(&path).expect("readable");
        bytes[20] ^= 1;
        assert!(matches!(interpret(&bytes, &sealer(1)), Reading::Damaged));
    }

    #[test]
    fn a_frame_fits_up_to_the_last_byte_and_not_one_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let blank = Blank::create(folder.path().join("0.segment"), SIZE).expect("creatable");
        let segment = blank.begin("a", 1, &sealer(1)).expect("writable");
        let room = usize::try_from(room_in(SIZE)).expect("small");

        assert!(segment.fits(&vec![0; room]));
        assert!(!segment.fits(&vec![0; room + 1]));
    }
}
