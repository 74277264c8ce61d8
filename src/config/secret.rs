//! A secret is a string, `{ env = "NAME" }` or `{ file = "PATH" }`. Whoever
//! can read the file it stands in knows it, so a file open to all is a warning.

use std::io;
use std::path::Path;

use secrecy::SecretString;

use super::layers::{Node, Table, Value};
use super::problem::Place;
use super::section::Notes;

/// What is wrong (the end of a sentence that begins with the key) and the remedy.
type Mistake = (String, String);

pub fn read(node: &Node, notes: &mut Notes) -> Result<SecretString, Mistake> {
    match &node.value {
        Value::Text(text) if text.trim().is_empty() => Err(empty()),
        Value::Text(text) => {
            warn_if_shown(&node.place, notes);
            Ok(text.trim().into())
        }
        Value::Table(table) => elsewhere(table, notes),
        Value::Integer(_) | Value::Tables(_) | Value::Other(_) => Err(wrong_kind()),
    }
}

/// The path of `{ file = "…" }`, if that is how the secret is given.
pub fn file_of(node: &Node) -> Option<&Path> {
    let Value::Table(table) = &node.value else { return None };
    match table.get("file").map(|node| &node.value) {
        Some(Value::Text(path)) if table.len() == 1 => Some(Path::new(path)),
        Some(_) | None => None,
    }
}

fn elsewhere(table: &Table, notes: &mut Notes) -> Result<SecretString, Mistake> {
    let mut entries = table.iter().map(|(key, node)| (key.as_str(), &node.value));
    match (entries.next(), entries.next()) {
        (Some(("env", Value::Text(name))), None) => from_environment(name, notes),
        (Some(("file", Value::Text(path))), None) => from_file(Path::new(path), notes),
        _ => Err(wrong_kind()),
    }
}

fn from_environment(name: &str, notes: &Notes) -> Result<SecretString, Mistake> {
    match notes.sources.environment.get(name).map(|value| value.trim()) {
        Some("") => Err((format!("要从环境变量 {name} 读取，它是空的"), format!("请给 {name} 赋值后再启动"))),
        Some(value) => Ok(value.into()),
        None => Err((format!("要从环境变量 {name} 读取，但没有这个变量"), format!("请设好 {name} 再启动"))),
    }
}

fn from_file(path: &Path, notes: &mut Notes) -> Result<SecretString, Mistake> {
    let shown = path.display();
    let file = notes.sources.files.read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            (format!("要从文件 {shown} 读取，但没有这个文件"), "请建好这个文件，或改正路径".to_owned())
        }
        io::ErrorKind::PermissionDenied => (
            format!("要从文件 {shown} 读取，但没有权限"),
            format!("请让运行 yingda 的用户能读它：chown 用户 {shown}"),
        ),
        _ => (format!("要从文件 {shown} 读取，读取失败（{error}）"), "请检查这个文件".to_owned()),
    })?;
    if file.open_to_all {
        let what = "里面是密钥，这台机器上的所有用户都能读".to_owned();
        notes.warning(Place::WholeFile(path.to_path_buf()), what, format!("请运行 chmod 600 {shown}"));
    }
    match file.text.trim() {
        "" => Err((format!("要从文件 {shown} 读取，它是空的"), "请把密钥写进这个文件".to_owned())),
        text => Ok(text.into()),
    }
}

/// Once, however many secrets the file holds.
fn warn_if_shown(place: &Place, notes: &mut Notes) {
    let Place::File { path, .. } = place else { return };
    let place = Place::WholeFile(path.clone());
    let known = notes.warnings.iter().any(|warning| warning.0.place == place);
    if notes.file_open_to_all && !known {
        let what = "里面写着密钥，这台机器上的所有用户都能读".to_owned();
        let remedy = format!("请运行 chmod 600 {}", path.display());
        notes.warning(place, what, remedy);
    }
}

fn empty() -> Mistake {
    ("是空的".to_owned(), "请填上，或删掉这一行".to_owned())
}

fn wrong_kind() -> Mistake {
    ("的写法不对".to_owned(), "请写成字符串、{ env = \"变量名\" } 或 { file = \"文件路径\" }".to_owned())
}
