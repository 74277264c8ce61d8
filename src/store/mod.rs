//! Everything that is remembered, in SQLite or PostgreSQL from one SQL text.
//! The only module with SQL; it hands out nouns.
