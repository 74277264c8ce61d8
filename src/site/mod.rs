//! What anyone may open: article pages, the privacy page, health.
