//! Rows as they go into the database, and the SQL texts that take any number of
//! them, made once for each number.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use super::Sealer;
use crate::store::conversation;
use crate::store::journal::entry::{Entry, MessageView, UrlView, View};
use crate::store::personal::mask_numbers;

/// A message as its columns.
#[derive(Debug)]
pub struct MessageRow<'a> {
    pub view: MessageView<'a>,
    pub body: Option<Cow<'a, str>>,
    pub sealed: Option<String>,
}

#[derive(Debug)]
pub struct ConversationRow<'a> {
    pub account: &'a str,
    pub customer: &'a str,
    pub state: Cow<'a, str>,
    pub changed_at: i64,
    pub revision: i64,
}

/// What is only ever added.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    pub urls: Vec<UrlView<'a>>,
    pub messages: Vec<MessageRow<'a>>,
}

/// As the index of messages by customer has them: so each of its pages is
/// changed and written once.
pub fn by_tail<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<&'a Entry> {
    let mut placed: Vec<_> = entries.map(|entry| (tail(entry.whose().1), entry)).collect();
    placed.sort_by_key(|(tail, _)| *tail);
    placed.into_iter().map(|(_, entry)| entry).collect()
}

/// The last four characters.
fn tail(customer: &str) -> &str {
    customer.len().checked_sub(4).and_then(|start| customer.get(start..)).unwrap_or(customer)
}

/// Where each customer stands after all of them, in one order for all processes.
pub fn conversations<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    sealer: &Sealer,
) -> Vec<ConversationRow<'a>> {
    let mut latest = BTreeMap::new();
    for view in entries.filter_map(Entry::view) {
        if let View::Message(message) = view
            && let Some(row) = ConversationRow::of(&message, sealer)
        {
            latest.insert((row.account, row.customer), row);
        }
    }
    latest.into_values().collect()
}

impl<'a> Rows<'a> {
    pub fn of(entries: impl Iterator<Item = &'a Entry>, sealer: &Sealer) -> Self {
        let mut rows = Self::default();
        for view in entries.filter_map(Entry::view) {
            match view {
                View::Message(message) => rows.add(message, sealer),
                View::SignedUrl(url) => rows.urls.push(url),
            }
        }
        rows
    }

    /// In one order for all processes, so that two transactions never wait for
    /// each other.
    pub fn sorted(mut self) -> Self {
        self.urls.sort_by_key(|url| (url.account, url.id));
        self.messages.sort_by_key(|row| (row.view.account, row.view.key));
        self
    }

    fn add(&mut self, view: MessageView<'a>, sealer: &Sealer) {
        if let Some((id, digest)) = view.signed_url {
            self.urls.push(UrlView { account: view.account, id, digest, seen_at: view.received_at });
        }
        self.messages.push(MessageRow::new(view, sealer));
    }
}

impl<'a> MessageRow<'a> {
    fn new(view: MessageView<'a>, sealer: &Sealer) -> Self {
        let body = view.body.map(mask_numbers);
        let sealed = match (view.body, &body) {
            (Some(original), Some(Cow::Owned(_))) => Some(sealer.seal(original, view.key)),
            (Some(_) | None, _) => None,
        };
        Self { view, body, sealed }
    }
}

impl<'a> ConversationRow<'a> {
    /// Where a customer stands may hold their number: then it is sealed.
    fn of(view: &MessageView<'a>, sealer: &Sealer) -> Option<Self> {
        let state = view.conversation?;
        let state = match view.is_personal {
            true => Cow::Owned(conversation::sealed(state, view.customer, sealer)),
            false => Cow::Borrowed(state),
        };
        Some(Self {
            account: view.account,
            customer: view.customer,
            state,
            changed_at: view.received_at,
            revision: view.revision,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    SignedUrl,
    Message,
    Conversation,
}

/// How rows meet those that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// SQLite, from the journal. Each entry comes once, so nothing should be
    /// there; a message that is there all the same stays as it is.
    Behind,
    /// PostgreSQL, before the answer. A message or URL that is there fails the
    /// statement; a conversation that somebody else advanced is left out.
    First,
    /// PostgreSQL, after the answer: the reply that was sent wins over one that
    /// was committed late, and a conversation that went on stays.
    Late,
}

impl Table {
    fn insert(self) -> &'static str {
        match self {
            Self::SignedUrl => "INTO signed_url (account_id, id, digest, seen_at)",
            Self::Message => {
                "INTO message (account_id, id, customer_id, received_at, kind, body, sealed, outcome, \
                 rule_id, version, reply, is_test, nearest, took_us)"
            }
            Self::Conversation => "INTO conversation (account_id, customer_id, state, changed_at, revision)",
        }
    }

    fn columns(self) -> usize {
        match self {
            Self::SignedUrl => 4,
            Self::Message => 14,
            Self::Conversation => 5,
        }
    }

    fn conflict(self, manner: Manner) -> &'static str {
        match (self, manner) {
            (Self::SignedUrl | Self::Message, Manner::First) => "",
            (Self::SignedUrl, Manner::Behind | Manner::Late) | (Self::Message, Manner::Behind) => {
                " ON CONFLICT DO NOTHING"
            }
            (Self::Message, Manner::Late) => {
                " ON CONFLICT (account_id, id) DO UPDATE SET outcome = excluded.outcome, \
                 rule_id = excluded.rule_id, version = excluded.version, reply = excluded.reply"
            }
            (Self::Conversation, Manner::Behind) => {
                " ON CONFLICT (account_id, customer_id) DO UPDATE SET state = excluded.state, \
                 changed_at = excluded.changed_at, revision = excluded.revision"
            }
            (Self::Conversation, Manner::First) => {
                " ON CONFLICT (account_id, customer_id) DO UPDATE SET state = excluded.state, \
                 changed_at = excluded.changed_at, revision = excluded.revision \
                 WHERE conversation.revision = excluded.revision - 1"
            }
            (Self::Conversation, Manner::Late) => {
                " ON CONFLICT (account_id, customer_id) DO UPDATE SET state = excluded.state, \
                 changed_at = excluded.changed_at, revision = excluded.revision \
                 WHERE conversation.revision < excluded.revision"
            }
        }
    }
}

/// A text is looked up by its number of rows, so that the database prepares
/// each once.
#[derive(Debug)]
pub struct Texts {
    manner: Manner,
    made: HashMap<(Table, usize), Arc<str>>,
}

impl Texts {
    pub fn new(manner: Manner) -> Self {
        Self { manner, made: HashMap::new() }
    }

    pub fn insert(&mut self, table: Table, rows: usize) -> Arc<str> {
        let manner = self.manner;
        Arc::clone(self.made.entry((table, rows)).or_insert_with(|| insert_rows(table, rows, manner).into()))
    }
}

fn insert_rows(table: Table, rows: usize, manner: Manner) -> String {
    let insert = match manner {
        // A statement that may be undone alone keeps a copy of every page it
        // changes. Ours never is: what fails undoes the whole transaction.
        Manner::Behind => "INSERT OR FAIL",
        Manner::First | Manner::Late => "INSERT",
    };
    let mut sql = format!("{insert} {} VALUES ", table.insert());
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        for column in 1..=table.columns() {
            let comma = if column == 1 { "" } else { "," };
            let _ = match manner {
                // `?`: SQLite looks a numbered place up in a list, from its beginning,
                // for every value. With hundreds of them that was a tenth of all our time.
                Manner::Behind => write!(sql, "{comma}?"),
                Manner::First | Manner::Late => write!(sql, "{comma}${}", row * table.columns() + column),
            };
        }
        sql.push(')');
    }
    sql.push_str(table.conflict(manner));
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_marks_its_places_row_by_row() {
        let rows_of = |manner| {
            let text = Texts::new(manner).insert(Table::SignedUrl, 2);
            let (_, rows) = text.split_once("VALUES ").expect("rows");
            rows.to_owned()
        };

        assert_eq!(rows_of(Manner::First), "($1,$2,$3,$4),($5,$6,$7,$8)");
        assert_eq!(rows_of(Manner::Behind), "(?,?,?,?),(?,?,?,?) ON CONFLICT DO NOTHING");
    }
}
