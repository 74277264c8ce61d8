//! What a draft holds: every rule as written, the problems, the edition it
//! would become. Kept in memory while the files stay the same, because a page
//! of a thousand rules is opened more often than one of them changes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::Date;

use super::super::Console;
use crate::answer::Edition;
use crate::publishing::Ground;
use crate::rulebook::edit::{WrittenRule, read_rules};
use crate::rulebook::{Files, Problem, Rulebook, Severity, Surroundings, check};

/// So many drafts and previews are remembered.
const MOST_KEPT: usize = 12;

#[derive(Debug)]
pub(in crate::console) struct Shelf {
    pub files: Files,
    today: Date,
    /// In the order of files and lines.
    pub rules: Vec<Kept>,
    pub problems: Vec<Problem>,
    /// None while there is an error.
    pub rulebook: Option<Rulebook>,
    edition: OnceLock<Option<Arc<Edition>>>,
}

/// A rule in its file.
#[derive(Clone, Debug)]
pub(in crate::console) struct Kept {
    pub path: Arc<str>,
    /// From this line to the one before `until`.
    pub line: usize,
    pub until: usize,
    pub rule: Arc<WrittenRule>,
}

impl Kept {
    fn has(&self, problem: &Problem) -> bool {
        let is_here = !is_table(&self.path) || (self.line..self.until).contains(&problem.line);
        problem.file == *self.path && is_here
    }
}

#[derive(Debug, Default)]
pub(in crate::console) struct Shelves(Mutex<Vec<Arc<Shelf>>>);

impl Shelves {
    /// Reading and checking many rules takes a while and must not hold up
    /// answers, so it is done elsewhere.
    pub(in crate::console) async fn hold(&self, console: &Console, files: &Files) -> Arc<Shelf> {
        let surroundings = surroundings(console);
        if let Some(kept) = self.find(|shelf| shelf.today == surroundings.today && shelf.files == *files) {
            return kept;
        }
        let (before, files) = (self.find(|_| true), files.clone());
        let work = move || Arc::new(Shelf::read(files, &surroundings, before.as_deref()));
        let shelf = match tokio::task::spawn_blocking(work).await {
            Ok(shelf) => shelf,
            Err(_) => return Arc::new(Shelf::empty()),
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(0, Arc::clone(&shelf));
        kept.truncate(MOST_KEPT);
        shelf
    }

    fn find(&self, wanted: impl Fn(&Shelf) -> bool) -> Option<Arc<Shelf>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|shelf| wanted(shelf))?;
        let shelf = kept.remove(at);
        kept.insert(0, Arc::clone(&shelf));
        Some(shelf)
    }
}

pub(in crate::console) fn surroundings(console: &Console) -> Surroundings {
    let accounts = console.roster.clone();
    let public_url = console.public_url.as_deref().map(str::to_owned);
    Ground { accounts, public_url }.on(&console.clock)
}

impl Shelf {
    /// What did not change since `before` is not read again.
    fn read(files: Files, surroundings: &Surroundings, before: Option<&Self>) -> Self {
        let checked = check(&files, surroundings);
        let mut rules = Vec::new();
        for (path, bytes) in files.iter().filter(|(path, _)| is_rule_file(path)) {
            let known = before.filter(|before| before.files.get(path) == Some(&**bytes));
            match known {
                Some(before) => rules.extend(before.rules.iter().filter(|kept| kept.path == *path).cloned()),
                None => rules.extend(read_file(path, bytes)),
            }
        }
        Self {
            files,
            today: surroundings.today,
            rules,
            problems: checked.problems,
            rulebook: checked.rulebook,
            edition: OnceLock::new(),
        }
    }

    fn empty() -> Self {
        let nothing = Surroundings::on(Date::ZERO);
        Self::read(Files::default(), &nothing, None)
    }

    pub(in crate::console) fn find(&self, id: &str) -> Option<&Kept> {
        self.rules.iter().find(|kept| kept.rule.text("id") == id)
    }

    /// Compiled at the first call, which takes a while.
    pub(in crate::console) fn edition(&self) -> Option<Arc<Edition>> {
        let compile = || self.rulebook.clone().map(|rulebook| Arc::new(Edition::new(0, rulebook)));
        self.edition.get_or_init(compile).clone()
    }

    /// The problems of a rule; of its whole file where that holds it alone.
    pub(in crate::console) fn problems_of<'s>(&'s self, kept: &'s Kept) -> impl Iterator<Item = &'s Problem> {
        self.problems.iter().filter(move |problem| kept.has(problem))
    }

    /// The rules with problems worth a look, by position, and the worst of each.
    pub(in crate::console) fn worst(&self) -> impl Iterator<Item = (usize, Severity)> {
        let mut by_file: HashMap<&str, Vec<&Problem>> = HashMap::new();
        for problem in self.problems.iter().filter(|problem| problem.severity > Severity::Note) {
            by_file.entry(&problem.file).or_default().push(problem);
        }
        self.rules.iter().enumerate().filter_map(move |(at, kept)| {
            let own = by_file.get(&*kept.path)?.iter().filter(|problem| kept.has(problem));
            Some((at, own.map(|problem| problem.severity).max()?))
        })
    }

    /// Whether `live`, the same file as it is live, says something else of it.
    pub(in crate::console) fn is_new(&self, kept: &Kept, live: Option<&[u8]>) -> bool {
        let live = live.map(|bytes| read_rules(&kept.path, bytes).unwrap_or_default()).unwrap_or_default();
        !live.iter().any(|located| located.rule == *kept.rule)
    }

    /// Files of rules from which none could be read.
    pub(in crate::console) fn unreadable(&self) -> impl Iterator<Item = &Problem> {
        let is_read = |path: &str| self.rules.iter().any(|kept| *kept.path == *path);
        self.problems.iter().filter(move |problem| {
            problem.is_error() && is_rule_file(&problem.file) && !is_read(&problem.file)
        })
    }
}

fn read_file(path: &Arc<str>, bytes: &[u8]) -> Vec<Kept> {
    let read = read_rules(path, bytes).unwrap_or_default();
    let lines: Vec<usize> = read.iter().map(|located| located.line).collect();
    let ends = lines.iter().skip(1).copied().chain([usize::MAX]);
    read.into_iter()
        .zip(ends)
        .map(|(located, until)| Kept {
            path: Arc::clone(path),
            line: located.line,
            until,
            rule: Arc::new(located.rule),
        })
        .collect()
}

fn is_rule_file(path: &str) -> bool {
    let ending = Path::new(path).extension().is_some_and(|ending| ending == "md" || ending == "csv");
    path.starts_with("rules/") && ending && !path.to_lowercase().ends_with("readme.md")
}

pub(super) fn is_table(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "csv")
}
