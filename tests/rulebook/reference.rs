//! docs/rule-files.md is what the reader's own tables say.

use std::fs;
use std::path::Path;

use yingda::rulebook::reference::reference;

#[test]
fn the_reference_page_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rule-files.md");
    let page = reference();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&file, &page).expect("docs can be written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == page,
        "docs/rule-files.md is stale: run UPDATE_REFERENCE=1 cargo test --test all reference"
    );
}
