//! A batch: its rows as they go into the database, and the SQL texts that take
//! any number of rows, made once for each number.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{Record, Sealer};
use crate::model::RuleId;
use crate::store::message::SignedUrl;
use crate::store::personal::mask_numbers;

/// A record as its columns.
#[derive(Debug)]
pub struct Row<'a> {
    pub account: &'a str,
    pub id: &'a str,
    pub customer: &'a str,
    pub received_at: i64,
    pub kind: &'a str,
    pub body: Option<Cow<'a, str>>,
    pub sealed: Option<String>,
    pub outcome: &'static str,
    pub rule: Option<&'a str>,
    pub version: i64,
    pub reply: String,
    pub is_test: i64,
    pub conversation: Option<&'a str>,
    pub signed_url: Option<&'a SignedUrl>,
}

impl<'a> Row<'a> {
    pub fn new(record: &'a Record, sealer: &Sealer) -> Self {
        let body = record.body.as_deref().map(mask_numbers);
        let sealed = match (&record.body, &body) {
            (Some(original), Some(Cow::Owned(_))) => Some(sealer.seal(original, record.key.as_str())),
            (Some(_) | None, _) => None,
        };
        Self {
            account: record.account.as_str(),
            id: record.key.as_str(),
            customer: record.customer.as_str(),
            received_at: record.received_at.as_millisecond(),
            kind: &record.kind,
            body,
            sealed,
            outcome: record.outcome.as_str(),
            rule: record.rule.as_ref().map(RuleId::as_str),
            version: record.version,
            reply: serde_json::to_string(&record.reply).unwrap_or_default(),
            is_test: i64::from(record.is_test),
            conversation: record.conversation.as_deref(),
            signed_url: record.signed_url.as_ref(),
        }
    }
}

const SIGNED_URL: Table = Table {
    insert: "INSERT INTO signed_url (account_id, id, digest, seen_at) VALUES ",
    columns: 4,
    conflict: "",
};
const MESSAGE: Table = Table {
    insert: "INSERT INTO message (account_id, id, customer_id, received_at, kind, body, sealed, \
             outcome, rule_id, version, reply, is_test) VALUES ",
    columns: 12,
    conflict: "",
};
const CONVERSATION: Table = Table {
    insert: "INSERT INTO conversation (account_id, customer_id, state, changed_at) VALUES ",
    columns: 4,
    conflict: " ON CONFLICT (account_id, customer_id) DO UPDATE SET \
               state = excluded.state, changed_at = excluded.changed_at",
};

struct Table {
    insert: &'static str,
    columns: usize,
    conflict: &'static str,
}

impl Table {
    fn insert_rows(&self, rows: usize, places: Places) -> String {
        let mut sql = match places {
            Places::Numbered => self.insert.to_owned(),
            // FAIL: the transaction is undone anyway when a row was there before, so
            // SQLite need not keep a copy of every page to undo one statement.
            Places::InOrder => self.insert.replacen("INSERT", "INSERT OR FAIL", 1),
        };
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ",(" });
            for column in 1..=self.columns {
                let comma = if column == 1 { "" } else { "," };
                let _ = match places {
                    Places::Numbered => write!(sql, "{comma}${}", row * self.columns + column),
                    Places::InOrder => write!(sql, "{comma}?"),
                };
            }
            sql.push(')');
        }
        sql.push_str(self.conflict);
        sql
    }
}

/// How many rows go into each table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rows {
    pub signed_urls: usize,
    pub messages: usize,
    pub conversations: usize,
}

impl Rows {
    pub fn count(rows: &[Row<'_>]) -> Self {
        Self {
            signed_urls: rows.iter().filter(|row| row.signed_url.is_some()).count(),
            messages: rows.len(),
            conversations: rows.iter().filter(|row| row.conversation.is_some()).count(),
        }
    }
}

/// How a text marks the places of its values.
#[derive(Clone, Copy, Debug)]
pub enum Places {
    /// `$1`, as everywhere else.
    Numbered,
    /// `?`: SQLite looks a numbered place up in a list, from its beginning, for
    /// every value. With hundreds of them that was a tenth of all our time.
    InOrder,
}

/// A text is looked up by its numbers of rows, so that the database prepares
/// each once.
#[derive(Debug)]
pub struct Texts {
    places: Places,
    made: HashMap<(Rows, &'static str), Arc<str>>,
}

impl Texts {
    pub fn new(places: Places) -> Self {
        Self { places, made: HashMap::new() }
    }

    /// The statements that insert so many rows, between two others.
    pub fn insert(&mut self, before: &'static str, rows: Rows, after: &'static str) -> Arc<str> {
        let places = self.places;
        let make = || {
            let tables = [
                (SIGNED_URL, rows.signed_urls),
                (MESSAGE, rows.messages),
                (CONVERSATION, rows.conversations),
            ];
            let inserts = tables.iter().filter(|(_, rows)| *rows > 0);
            let inserts: Vec<String> =
                inserts.map(|(table, rows)| table.insert_rows(*rows, places)).collect();
            let end = if after.is_empty() || inserts.is_empty() { "" } else { "; " };
            format!("{before}{}{end}{after}", inserts.join("; ")).into()
        };
        Arc::clone(self.made.entry((rows, after)).or_insert_with(make))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URLS: Rows = Rows { signed_urls: 2, messages: 0, conversations: 0 };

    #[test]
    fn a_text_marks_its_places_row_by_row() {
        let rows_of = |places| {
            let text = Texts::new(places).insert("", URLS, "");
            text.split_once("VALUES").map(|(_, rows)| rows.trim().to_owned())
        };

        assert_eq!(rows_of(Places::Numbered).as_deref(), Some("($1,$2,$3,$4),($5,$6,$7,$8)"));
        assert_eq!(rows_of(Places::InOrder).as_deref(), Some("(?,?,?,?),(?,?,?,?)"));
    }

    #[test]
    fn a_text_is_whole_with_and_without_rows() {
        let mut texts = Texts::new(Places::InOrder);

        assert_eq!(&*texts.insert("", Rows::default(), "COMMIT"), "COMMIT");
        let text = texts.insert("BEGIN; ", Rows { messages: 1, ..URLS }, "COMMIT");
        assert!(
            text.starts_with("BEGIN; INSERT OR FAIL INTO signed_url") && text.ends_with("; COMMIT"),
            "{text}"
        );
        assert_eq!(text.matches("INSERT OR FAIL INTO").count(), 2);
    }
}
