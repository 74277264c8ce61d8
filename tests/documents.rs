//! What the documents point at is there: links, and the tests that
//! ARCHITECTURE.md names as proof.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a document");
        let folder = document.parent().expect("a document stands in a folder");
        for target in links_of(&text) {
            if !folder.join(&target).exists() {
                broken.push(format!("{} -> {target}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn every_test_that_the_architecture_names_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let code: String = ["src", "tests"]
        .into_iter()
        .flat_map(|folder| files(&root().join(folder), "rs"))
        .fold(String::new(), |mut code, file| {
            code.push_str(&fs::read_to_string(file).expect("a source file"));
            code
        });

    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|word| is_test_name(word)).collect();
    let missing: Vec<&&str> = named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();

    assert!(named.len() > 20, "the names were not found");
    assert!(missing.is_empty(), "ARCHITECTURE.md names tests that do not exist: {missing:#?}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let top = fs::read_dir(root()).into_iter().flatten().flatten().map(|entry| entry.path());
    let top = top.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let folders =
        ["docs", "deploy", "responses"].into_iter().map(|folder| root().join(folder).join("README.md"));
    top.chain(folders).collect()
}

/// Targets inside the repository, without the `#part`.
fn links_of(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|after| after.split(')').next());
    let inside = targets.filter(|target| {
        !target.contains(':') && !target.starts_with('#') && !target.contains(char::is_whitespace)
    });
    inside.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = files.into_iter().filter(|path| path.extension().is_some_and(|found| found == ending));
    here.chain(folders.iter().flat_map(|folder| self::files(folder, ending))).collect()
}

/// Names of tests are sentences: three words or more.
fn is_test_name(word: &str) -> bool {
    let is_plain = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    is_plain && word.matches('_').count() >= 2
}
