//! What a table holds, as two numbers that any two databases agree on.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::rows::{Cell, Row};

/// How many rows a table has, and a sum over what is in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub table: String,
    pub rows: u64,
    /// The hashes of all rows, added up: the order of rows does not count,
    /// because no two databases sort alike. Against accidents, not forgers.
    pub digest: String,
}

#[derive(Debug, Default)]
pub struct Count {
    rows: u64,
    sum: u128,
}

impl Count {
    pub fn add(&mut self, row: &Row) {
        let hash = hash(row);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(hash);
    }

    pub fn finish(self, table: &str) -> Tally {
        Tally { table: table.to_owned(), rows: self.rows, digest: format!("{:032x}", self.sum) }
    }
}

/// Each value with its kind and length, so that no two rows read the same.
fn hash(row: &Row) -> u128 {
    let mut hasher = Sha256::new();
    for cell in row {
        match cell {
            Cell::Text(None) | Cell::Integer(None) => hasher.update(b"-"),
            Cell::Text(Some(text)) => {
                hasher.update(b"t");
                hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
                hasher.update(text.as_bytes());
            }
            Cell::Integer(Some(number)) => {
                hasher.update(b"i");
                hasher.update(number.to_le_bytes());
            }
        }
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let (half, _) = digest.split_at(16);
    u128::from_le_bytes(half.try_into().expect("half of 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(rows: &[Row]) -> Tally {
        let mut count = Count::default();
        rows.iter().for_each(|row| count.add(row));
        count.finish("message")
    }

    fn row(text: Option<&str>, number: Option<i64>) -> Row {
        vec![Cell::Text(text.map(str::to_owned)), Cell::Integer(number)]
    }

    #[test]
    fn the_order_of_rows_does_not_count_and_everything_in_them_does() {
        let rows = [row(Some("a"), Some(1)), row(Some("b"), None), row(None, Some(2))];
        let [a, b, c] = rows.clone();

        assert_eq!(tally(&rows), tally(&[c.clone(), a.clone(), b.clone()]));
        for other in [row(Some("a"), Some(2)), row(Some(""), Some(1)), row(None, Some(1))] {
            assert_ne!(tally(&rows), tally(&[other, b.clone(), c.clone()]));
        }
        assert_ne!(tally(&rows), tally(&[a, b]));
        let split = [vec![Cell::Text(Some("ab".into())), Cell::Text(Some("c".into()))]];
        let other = [vec![Cell::Text(Some("a".into())), Cell::Text(Some("bc".into()))]];
        assert_ne!(tally(&split), tally(&other));
    }
}
