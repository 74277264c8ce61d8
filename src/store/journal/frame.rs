//! A frame: what one write to the journal holds, sealed. Pure. Here: putting
//! one together, and finding all whole ones in a segment's bytes, whatever
//! happened to it. Not here: files (segment), what the bytes mean (entry).
//!
//! ```text
//! "ydjf" | length u32 | first sequence number u64 | sealed entries, tag
//! ```
//! The head is authenticated with the body, so that a frame that opens is one
//! that we wrote, whole, in this life of this segment.

use std::ops::Range;

use chacha20poly1305::aead::{Aead, AeadInOut, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};

const MAGIC: [u8; 4] = *b"ydjf";
pub const HEAD_BYTES: usize = 16;
pub const TAG_BYTES: usize = 16;

/// What a segment holds.
#[derive(Debug, Default)]
pub struct Found {
    pub frames: Vec<Frame>,
    /// Bytes between two whole frames that are no frame. A torn tail is none of
    /// these: nobody was answered for it.
    pub damaged: Vec<Range<usize>>,
}

#[derive(Debug)]
pub struct Frame {
    /// The sequence number of its first entry.
    pub first: u64,
    pub entries: Vec<u8>,
}

/// Room for the head, to be followed by entries.
pub fn begin() -> Vec<u8> {
    vec![0; HEAD_BYTES]
}

/// Seals what stands after the head. `first` must never be used twice with one
/// key: it is the nonce.
pub fn seal(frame: &mut Vec<u8>, first: u64, cipher: &ChaCha20Poly1305) {
    let sealed = frame.len() - HEAD_BYTES + TAG_BYTES;
    let head = head(sealed, first);
    let (room, entries) = frame.split_at_mut(HEAD_BYTES);
    room.copy_from_slice(&head);
    let tag = cipher
        .encrypt_inout_detached(&nonce(first), &head, entries.into())
        .expect("encryption fails only beyond 256 GiB, and a segment is far below");
    frame.extend_from_slice(&tag);
}

/// Every whole frame, in order.
pub fn find_all(bytes: &[u8], cipher: &ChaCha20Poly1305) -> Found {
    let mut found = Found::default();
    let mut end = 0;
    while let Some((at, length, frame)) = find_next(bytes, end, cipher) {
        if at > end {
            found.damaged.push(end..at);
        }
        end = at + length;
        found.frames.push(frame);
    }
    found
}

/// Where the next whole frame begins, and how long it is.
fn find_next(bytes: &[u8], from: usize, cipher: &ChaCha20Poly1305) -> Option<(usize, usize, Frame)> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        let skipped = rest.windows(MAGIC.len()).position(|window| window == MAGIC)?;
        at += skipped;
        if let Some((length, frame)) = open(bytes.get(at..)?, cipher) {
            return Some((at, length, frame));
        }
        at += 1;
    }
}

fn open(bytes: &[u8], cipher: &ChaCha20Poly1305) -> Option<(usize, Frame)> {
    let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let sealed = u32::from_be_bytes(head.get(4..8)?.try_into().ok()?);
    let first = u64::from_be_bytes(head.get(8..16)?.try_into().ok()?);
    let sealed = rest.get(..usize::try_from(sealed).ok()?)?;
    let entries = cipher.decrypt(&nonce(first), Payload { msg: sealed, aad: head }).ok()?;
    Some((HEAD_BYTES + sealed.len(), Frame { first, entries }))
}

fn head(sealed: usize, first: u64) -> [u8; HEAD_BYTES] {
    let mut head = [0; HEAD_BYTES];
    head[..4].copy_from_slice(&MAGIC);
    head[4..8].copy_from_slice(&u32::try_from(sealed).unwrap_or(u32::MAX).to_be_bytes());
    head[8..].copy_from_slice(&first.to_be_bytes());
    head
}

fn nonce(first: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&first.to_be_bytes());
    nonce.into()
}

#[cfg(test)]
mod tests {
    use chacha20poly1305::aead::KeyInit as _;
    use proptest::prelude::*;

    use super::*;

    fn cipher(byte: u8) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&[byte; 32].into())
    }

    fn frame(first: u64, entries: &[u8]) -> Vec<u8> {
        let mut frame = begin();
        frame.extend_from_slice(entries);
        seal(&mut frame, first, &cipher(1));
        frame
    }

    fn three() -> [Vec<u8>; 3] {
        [frame(1, b"one"), frame(2, &[7; 300]), frame(9, b"")]
    }

    fn firsts(found: &Found) -> Vec<u64> {
        found.frames.iter().map(|frame| frame.first).collect()
    }

    #[test]
    fn whole_frames_are_found_in_order_and_zeros_end_them() {
        let mut bytes = three().concat();
        bytes.extend_from_slice(&[0; 100]);

        let found = find_all(&bytes, &cipher(1));

        assert_eq!(firsts(&found), [1, 2, 9]);
        assert_eq!(found.frames[0].entries, b"one");
        assert!(found.damaged.is_empty());
    }

    #[test]
    fn a_torn_tail_is_cut_at_the_last_whole_frame() {
        let bytes = three().concat();

        for cut in 1..three()[2].len() {
            let found = find_all(&bytes[..bytes.len() - cut], &cipher(1));

            assert_eq!(firsts(&found), [1, 2], "{cut} bytes missing");
            assert!(found.damaged.is_empty(), "{cut}");
        }
    }

    #[test]
    fn damage_in_the_middle_costs_its_frame_alone_and_is_told() {
        let [one, two, three] = three();
        for at in 0..two.len() {
            let mut broken = two.clone();
            broken[at] ^= 0x20;

            let found = find_all(&[one.clone(), broken, three.clone()].concat(), &cipher(1));

            assert_eq!(firsts(&found), [1, 9], "byte {at}");
            let damaged = one.len()..one.len() + two.len();
            assert_eq!(found.damaged, std::slice::from_ref(&damaged), "byte {at}");
        }
    }

    #[test]
    fn what_another_life_of_the_segment_left_behind_is_no_frame() {
        let mut old = begin();
        old.extend_from_slice(b"old");
        seal(&mut old, 2, &cipher(2));

        let found = find_all(&[frame(1, b"new"), old].concat(), &cipher(1));

        assert_eq!(firsts(&found), [1]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0..300_usize) {
            find_all(&bytes, &cipher(1));
            let mut framed = three().concat();
            let end = (at + bytes.len()).min(framed.len());
            let at = at.min(end);
            framed.splice(at..end, bytes);
            let found = find_all(&framed, &cipher(1));
            prop_assert!(found.frames.len() <= 4);
        }
    }
}
