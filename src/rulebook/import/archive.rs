//! An .xlsx is a zip archive, and a small archive can unfold to terabytes. Every
//! part is unfolded once and counted before anybody reads it in earnest; what an
//! archive says of its own sizes counts for nothing.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::ImportError;

/// A table of 20 000 rows unfolds to about 20 MB.
const MAX_UNFOLDED: u64 = 64 << 20;
/// A workbook of many sheets and pictures has some dozens.
const MAX_PARTS: usize = 2_000;

pub fn check(bytes: &[u8]) -> Result<(), ImportError> {
    let broken = |_| ImportError::NotASpreadsheet;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MAX_PARTS {
        return Err(ImportError::NotASpreadsheet);
    }
    let mut left = MAX_UNFOLDED;
    let mut buffer = vec![0; 64 << 10];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| ImportError::NotASpreadsheet)?;
        loop {
            let read = part.read(&mut buffer).map_err(|_| ImportError::NotASpreadsheet)?;
            if read == 0 {
                break;
            }
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            left = left.checked_sub(read).ok_or(ImportError::Bomb { limit: MAX_UNFOLDED })?;
        }
    }
    Ok(())
}
