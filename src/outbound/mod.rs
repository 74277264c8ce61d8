//! What we send unasked. Not here: replies to a message (conversation).
