//! Chooses the rule that answers a text. Pure, deterministic, explainable.
//! Not here: reading files (rulebook), conversation state (conversation),
//! sending (platform).
