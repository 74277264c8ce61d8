//! Transcripts and 试聊 over the real decide, with a movable clock.
