//! Three layers, the upper one wins: the defaults, one file, the environment.
//! They end in one table in which every value remembers where it came from.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::demonstration;
use super::problem::{ConfigError, Place, Problem};
use super::sources::{FileContent, Sources, USUAL_FILE};
use super::{DEFAULTS, Source, syntax};

/// `YINGDA__SECTION__KEY`.
const PREFIX: &str = "YINGDA__";
const SEPARATOR: &str = "__";
const ACCOUNT: &str = "account";

pub type Table = BTreeMap<String, Node>;

#[derive(Clone, Debug)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Integer(i64),
    Table(Table),
    /// `[[account]]`, each with where it begins.
    Tables(Vec<(Place, Table)>),
    /// A kind of value that no setting has, by its name.
    Other(&'static str),
}

#[derive(Debug)]
pub struct Layers {
    pub sections: Table,
    pub accounts: Vec<(Place, Table)>,
    /// The file that was read, when everybody on the machine may read it.
    pub file_open_to_all: Option<PathBuf>,
}

impl Layers {
    pub fn read(sources: &Sources) -> Result<(Source, Self), ConfigError> {
        let environment = environment(sources.environment);
        let (source, file) = choose(sources, &environment)?;
        let written = match (&source, &file) {
            (Source::File(path) | Source::Demonstration(path), Some(file)) => {
                syntax::parse(path, &file.text).map_err(|problems| ConfigError::Wrong { problems })?
            }
            (Source::File(_) | Source::Demonstration(_) | Source::Environment, _) => Table::new(),
        };
        let open = file.is_some_and(|file| file.open_to_all);
        let mut layers = Self::stack(written, environment)?;
        layers.file_open_to_all = open.then(|| source.path()).flatten();
        Ok((source, layers))
    }

    /// What holds when there is neither a file nor an account.
    pub fn without_file(sources: &Sources) -> Result<Self, ConfigError> {
        Self::stack(Table::new(), environment(sources.environment))
    }

    fn stack(mut written: Table, mut environment: Table) -> Result<Self, ConfigError> {
        let mut sections = defaults();
        let default_account = match sections.remove(ACCOUNT).map(|node| node.value) {
            Some(Value::Tables(mut accounts)) => accounts.pop().map(|(_, account)| account),
            Some(Value::Text(_) | Value::Integer(_) | Value::Table(_) | Value::Other(_)) | None => None,
        };
        let mut accounts = accounts(written.remove(ACCOUNT))?;
        add_environment(&mut accounts, environment.remove(ACCOUNT));
        for (_, account) in &mut accounts {
            let below = default_account.clone().unwrap_or_default();
            *account = over(below, std::mem::take(account));
        }
        let sections = over(over(sections, written), environment);
        Ok(Self { sections, accounts, file_open_to_all: None })
    }
}

impl Source {
    fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) | Self::Demonstration(path) => Some(path.clone()),
            Self::Environment => None,
        }
    }
}

pub fn defaults() -> Table {
    syntax::parse(Path::new("default.toml"), DEFAULTS).expect("default.toml is valid: a test reads it")
}

/// The named file, else the usual one, else accounts from the environment,
/// else what the demonstration left.
fn choose(sources: &Sources, environment: &Table) -> Result<(Source, Option<FileContent>), ConfigError> {
    if let Some(path) = sources.named_file() {
        let file = sources.files.read(&path).map_err(|error| unreadable(&path, &error))?;
        return Ok((Source::File(path), Some(file)));
    }
    let usual = PathBuf::from(USUAL_FILE);
    match sources.files.read(&usual) {
        Ok(file) => return Ok((Source::File(usual), Some(file))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(unreadable(&usual, &error).into()),
    }
    if environment.contains_key(ACCOUNT) {
        return Ok((Source::Environment, None));
    }
    let left = demonstration::path();
    match sources.files.read(&left) {
        Ok(file) => Ok((Source::Demonstration(left), Some(file))),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(unreadable(&left, &error).into())
        }
        Err(_) => Err(ConfigError::NothingConfigured),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "没有这个设置文件".to_owned(),
        io::ErrorKind::PermissionDenied => "没有权限读这个设置文件".to_owned(),
        _ => format!("读不了这个设置文件（{error}）"),
    };
    let remedy =
        "请检查 --config 或 YINGDA_CONFIG 写的路径和文件权限；还没有设置就运行 yingda init".to_owned();
    Problem { place: Place::WholeFile(path.to_path_buf()), what, remedy }
}

/// `upper` wins; tables are merged key by key. A secret is one value: naming
/// another place for it replaces the old one.
fn over(mut lower: Table, upper: Table) -> Table {
    for (key, node) in upper {
        match (lower.remove(&key), node) {
            (Some(Node { value: Value::Table(below), .. }), Node { value: Value::Table(above), place })
                if !is_secret_place(&above) =>
            {
                lower.insert(key, Node { place, value: Value::Table(over(below, above)) });
            }
            (_, node) => {
                lower.insert(key, node);
            }
        }
    }
    lower
}

fn is_secret_place(table: &Table) -> bool {
    table.keys().any(|key| key == "env" || key == "file")
}

/// `YINGDA__STORE__URL=…` becomes `{ store: { url: … } }`.
fn environment(variables: &BTreeMap<String, String>) -> Table {
    let mut root = Table::new();
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let path: Vec<String> = path.split(SEPARATOR).map(str::to_lowercase).collect();
        insert(&mut root, &path, name, value);
    }
    root
}

fn insert(table: &mut Table, path: &[String], name: &str, value: &str) {
    let place = Place::Environment(name.to_owned());
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), Node { place, value: Value::Text(value.to_owned()) });
        }
        [key, rest @ ..] => {
            let node =
                table.entry(key.clone()).or_insert_with(|| Node { place, value: Value::Table(Table::new()) });
            if let Value::Table(inner) = &mut node.value {
                insert(inner, rest, name, value);
            }
        }
    }
}

fn accounts(written: Option<Node>) -> Result<Vec<(Place, Table)>, ConfigError> {
    match written.map(|node| (node.place, node.value)) {
        None => Ok(Vec::new()),
        Some((_, Value::Tables(accounts))) => Ok(accounts),
        Some((place, Value::Text(_) | Value::Integer(_) | Value::Table(_) | Value::Other(_))) => {
            let what = "账号要写成可以有几节的形式".to_owned();
            Err(Problem { place, what, remedy: "请写成 [[account]]，两层方括号".to_owned() }.into())
        }
    }
}

/// An account that only the environment knows is added under its id in lower
/// case.
fn add_environment(accounts: &mut Vec<(Place, Table)>, environment: Option<Node>) {
    let Some(Node { value: Value::Table(given), .. }) = environment else { return };
    for (name, node) in given {
        let Value::Table(settings) = node.value else { continue };
        match accounts.iter_mut().find(|(_, account)| is_called(account, &name)) {
            Some((_, account)) => *account = over(std::mem::take(account), settings),
            None => accounts.push((node.place.clone(), with_id(settings, name, node.place))),
        }
    }
}

fn with_id(mut settings: Table, id: String, place: Place) -> Table {
    settings.entry("id".to_owned()).or_insert(Node { place, value: Value::Text(id) });
    settings
}

/// Whether the environment means this account: `my-shop` is `MY_SHOP` there.
fn is_called(account: &Table, name: &str) -> bool {
    match account.get("id").map(|node| &node.value) {
        Some(Value::Text(id)) => id.to_lowercase().replace('-', "_") == name,
        Some(Value::Integer(_) | Value::Table(_) | Value::Tables(_) | Value::Other(_)) | None => false,
    }
}
