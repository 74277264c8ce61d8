//! The start. Everything else is in the library, so that tests can reach it.

fn main() {}
