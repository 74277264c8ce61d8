//! Scheduled work that runs once however many processes there are.
