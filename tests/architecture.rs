//! The table "module | may import" in ARCHITECTURE.md, held against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Table = BTreeMap<String, BTreeSet<String>>;

/// Anyone but these may also import `telemetry`.
const WITHOUT_TELEMETRY: [&str; 4] = ["model", "text", "rulebook", "answer"];

#[test]
fn modules_import_only_what_the_table_allows() {
    let allowed = read_table();
    let modules: BTreeSet<String> = allowed.keys().cloned().collect();
    let mut broken = Vec::new();
    for module in &modules {
        for file in sources_of(module) {
            let text = fs::read_to_string(&file).expect("a source file");
            for imported in imports_of(&production_code(&text), &modules) {
                let may =
                    imported == *module || allowed.get(module).is_some_and(|set| set.contains(&imported));
                if !may {
                    broken.push(format!("{} imports {imported}", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "not allowed by the table in ARCHITECTURE.md:\n{}", broken.join("\n"));
}

#[test]
fn every_module_stands_in_the_table() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let declared: BTreeSet<String> = lib
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ")?.split(';').next().map(str::to_owned))
        .collect();
    let listed: BTreeSet<String> = read_table().into_keys().collect();

    let missing: Vec<&String> = declared.difference(&listed).collect();

    assert!(missing.is_empty(), "not in the table of ARCHITECTURE.md: {missing:?}");
}

#[test]
fn a_forbidden_import_would_be_found() {
    let modules = BTreeSet::from(["store".to_owned(), "answer".to_owned(), "model".to_owned()]);
    let text = "use crate::model::ids;\nuse crate::{\n    store::Store,\n    model,\n};\nfn f() { crate::answer::x() }\n\
                // crate::webhook\n#[cfg(test)]\nmod tests { use crate::text; }";

    let found = imports_of(&production_code(text), &modules);

    assert_eq!(found, ["answer", "model", "store"].map(str::to_owned).into());
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rows of the one table whose header is `module | may import`.
fn read_table() -> Table {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let rows =
        text.lines().skip_while(|line| !line.replace(' ', "").starts_with("|module|mayimport|")).skip(2);
    let mut table = Table::new();
    for row in rows.take_while(|line| line.starts_with('|')) {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let (modules, may) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        for module in modules.split(", ") {
            table.insert(module.trim_matches('`').to_owned(), allowed_to(module, may));
        }
    }
    let all: BTreeSet<String> = table.keys().cloned().collect();
    for (module, may) in &mut table {
        if may.remove("everything") {
            *may = all.iter().filter(|name| *name != "cli" && *name != module).cloned().collect();
        }
    }
    assert!(table.len() > 10, "the table was not found");
    table
}

fn allowed_to(module: &str, may: &str) -> BTreeSet<String> {
    let mut allowed: BTreeSet<String> = BTreeSet::new();
    if may.starts_with("everything except cli") {
        allowed.insert("everything".to_owned());
    } else if !may.starts_with("nothing") && !may.starts_with("model (") {
        allowed.extend(may.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned));
    } else if may.starts_with("model (") {
        allowed.insert("model".to_owned());
    }
    if !WITHOUT_TELEMETRY.contains(&module.trim_matches('`')) {
        allowed.insert("telemetry".to_owned());
    }
    allowed
}

fn sources_of(module: &str) -> Vec<PathBuf> {
    let src = root().join("src");
    let mut found = vec![src.join(format!("{module}.rs"))];
    let mut folders = vec![src.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push(path),
            }
        }
    }
    let is_source = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("tests.rs")
            && !path.components().any(|part| part.as_os_str() == "tests")
    };
    found.into_iter().filter(|path| path.exists()).filter(is_source).collect()
}

/// Without comments and without the tests at the end of the file.
fn production_code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The modules named as `crate::module`, or inside `use crate::{…}`.
fn imports_of(code: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let word =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            None => found.extend([word(after)]),
            Some(list) => {
                let list = list.split(';').next().unwrap_or_default();
                let parts = list.split(['{', '}', ',']).map(str::trim);
                found.extend(parts.map(word));
            }
        }
    }
    found.intersection(modules).cloned().collect()
}
