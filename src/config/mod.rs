//! yingda.toml and the environment become checked settings. Not here: anything
//! that staff edit (rulebook).
