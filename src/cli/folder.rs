//! The rulebook that a command was pointed at: a folder named on the command
//! line, else the configured one. Not here: what is wrong with it (rulebook,
//! publishing).

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::answer::Edition;
use crate::model::{AccountId, Clock, Roster};
use crate::publishing::Ground;
use crate::rulebook::{Files, Problem, ReadError, Surroundings, check};

use super::made::{cannot_see, find_made_ids};
use super::settings::{Settings, start_runtime};

pub struct Folder {
    pub path: PathBuf,
    pub files: Files,
    pub surroundings: Surroundings,
    /// The one that a customer of a rehearsal writes to.
    pub account: AccountId,
    /// Why the accounts of the console are not known, where they are not.
    unseen: Option<String>,
}

impl Folder {
    pub fn open(settings: &Settings, named: Option<&Path>, clock: &Clock) -> anyhow::Result<Self> {
        start_runtime()?.block_on(Self::load(settings, named, clock))
    }

    pub async fn load(settings: &Settings, named: Option<&Path>, clock: &Clock) -> anyhow::Result<Self> {
        let offline = settings.load_offline()?;
        let path = named.map_or(offline.rulebook.folder, Path::to_path_buf);
        let files = read(&path)?;
        let account = offline.accounts.first().cloned();
        let (made, unseen) = match find_made_ids(offline.database).await {
            Ok(made) => (made, None),
            Err(reason) => (Vec::new(), Some(cannot_see(&reason))),
        };
        let ground = Ground {
            accounts: Roster::of_ids(offline.accounts.into_iter().chain(made)),
            public_url: offline.server.public_url.map(|url| url.as_str().to_owned()),
        };
        let account = account.unwrap_or_else(|| AccountId::parse("main").expect("letters only"));
        Ok(Self { path, files, surroundings: ground.on(clock), account, unseen })
    }

    /// What to know before a rule is changed because of an account that is
    /// called unknown.
    pub fn doubt<'a>(&self, problems: impl IntoIterator<Item = &'a Problem>) -> Option<String> {
        let reason = self.unseen.as_ref()?;
        let is_unknown = problems.into_iter().any(|problem| problem.code == "unknown-account");
        is_unknown.then(|| format!("{reason}若要找的账号是在控制台里建的，规则没有错。"))
    }

    /// Ready to answer, its transcripts unseen. Fails on an error, once all
    /// errors are shown.
    pub fn compile(&self) -> anyhow::Result<Edition> {
        let checked = check(&self.files, &self.surroundings);
        match checked.rulebook {
            Some(rulebook) => Ok(Edition::new(0, rulebook)),
            None => {
                let errors = checked.problems.iter().filter(|problem| problem.is_error());
                let count = errors.clone().count();
                show(errors, &mut anstream::stderr())?;
                if let Some(doubt) = self.doubt(&checked.problems) {
                    writeln!(anstream::stderr(), "{doubt}\n")?;
                }
                bail!("规则有 {count} 处错误，不能用来回答。请照上面说的改正，再运行一次。");
            }
        }
    }
}

pub fn read(path: &Path) -> anyhow::Result<Files> {
    let ReadError::Folder { source, .. } = match Files::read(path) {
        Ok(files) => return Ok(files),
        Err(error) => error,
    };
    let folder = path.display();
    match source.kind() {
        io::ErrorKind::NotFound => bail!(
            "没有规则文件夹 {folder}。请在放着 responses 的目录里运行，或写明文件夹；还没有规则就先运行 yingda，它会写出一份。"
        ),
        io::ErrorKind::PermissionDenied => {
            bail!("没有权限读规则文件夹 {folder}。请检查文件夹的权限，或换一个用户运行。")
        }
        io::ErrorKind::NotADirectory => bail!("{folder} 不是文件夹。请写规则文件夹，例如 responses。"),
        _ => bail!("规则文件夹 {folder} 读不了：{source}。"),
    }
}

pub fn show<'a>(problems: impl Iterator<Item = &'a Problem>, out: &mut impl io::Write) -> io::Result<()> {
    for problem in problems {
        writeln!(out, "{}\n", problem.render_styled())?;
    }
    Ok(())
}
