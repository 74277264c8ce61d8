//! The one gate: folder -> check, sample questions, transcripts -> version -> live.
