//! `[rulebook]`: where it is. What is in it belongs to the module `rulebook`.

use std::path::PathBuf;

use super::section::Section;

#[derive(Clone, Debug)]
pub struct Rulebook {
    pub folder: PathBuf,
}

impl Rulebook {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let folder = section.value("folder");
        Some(Self { folder: folder? })
    }
}
