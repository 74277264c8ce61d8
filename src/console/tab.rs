//! One of several lists beside each other. `parts/page.html` draws them.

#[derive(Debug)]
pub(super) struct Tab {
    pub name: String,
    /// How many are in it, where that is known for little.
    pub count: Option<u64>,
    pub address: String,
    pub is_here: bool,
}
