//! The rulebook that comes with the program: written out where there is none,
//! so that the first start already answers.

use std::io;
use std::path::Path;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "responses"]
struct Shipped;

/// Writes the shipped rulebook into a folder that does not exist yet.
/// False, and nothing written, when the folder is there.
pub fn write_shipped_rulebook(folder: &Path) -> io::Result<bool> {
    if folder.exists() {
        return Ok(false);
    }
    for path in Shipped::iter() {
        let Some(file) = Shipped::get(&path) else { continue };
        let target = folder.join(&*path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(target, file.data)?;
    }
    Ok(true)
}
