//! Tables and WeChat's own keyword replies become files of the rulebook: a file
//! is read (`grid`, guarded by `archive`), its columns are told apart
//! (`columns`), every cell is checked under the name the spreadsheet gives it
//! (`cells`), and rows are put into what is there (`courses`, `rules`, `contacts`). `tencent`
//! is what WeChat's API says of the replies set up in its own pages. Pure. Not
//! here: where files go then (publishing).

mod archive;
mod cells;
mod columns;
mod contacts;
mod courses;
mod grid;
mod rules;
mod tencent;

use std::sync::Arc;

use super::Files;

pub use cells::{CellProblem, MAX_CELL_CHARS, Mistake};
pub use columns::{Column, Holds, Mapping, Target, guess, guess_target};
pub use grid::Grid;
pub use tencent::is_tencent;

/// What is read at most: ten times what a centre has in all its tables.
pub const MAX_BYTES: usize = 8 << 20;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("文件有 {} MB，最多 {} MB。请分成几份。", size >> 20, MAX_BYTES >> 20)]
    TooLarge { size: usize },
    #[error("文件展开以后太大（超过 {} MB），不是正常的表格，没有读。", limit >> 20)]
    Bomb { limit: u64 },
    #[error("表格超过 {rows} 行或 {columns} 列。请删掉多余的行列，或分成几份。")]
    TooManyCells { rows: usize, columns: usize },
    #[error("这个文件不是表格，或者坏了：能读的是 .xlsx 和 .csv。请在表格软件里打开它，另存为 .xlsx 再试。")]
    NotASpreadsheet,
    #[error("读不了 .xls、.et 旧格式和加了密码的表格。请在表格软件里去掉密码，另存为 .xlsx 再试。")]
    OldSpreadsheet,
    #[error("文件的编码读不出来。请在表格软件里另存为 .xlsx 再试。")]
    Undecodable,
    #[error("表格是空的：第一行要写列名，下面一行一条。")]
    Empty,
    /// Whoever sees the columns may choose instead; the page says so.
    #[error("这张{}表没有一列是「{column}」。请在第一行把那一列的列名写成「{column}」再试。", table.title())]
    NoColumn { table: Target, column: &'static str },
    #[error(
        "看不出这是什么表：第一行没有认得的列名，现在是「{found}」。课程要有「课名」，规则要有「含有」和「回复」，联系人要有「名字」和「电话」。请改好第一行再试。"
    )]
    UnknownHeadings { found: String },
    #[error("这不是公众平台自动回复的数据。请用接口 get_current_autoreply_info 返回的全文。")]
    NotAutoReply,
    #[error("{0} 现在读不了，没法往里加。请先改正它，或改好名字再试。")]
    BrokenFile(&'static str),
}

/// What an import would change. Nothing is written yet.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The files as they become.
    pub files: Vec<(String, Arc<[u8]>)>,
    /// Row by row, in the order of the table.
    pub rows: Vec<RowChange>,
    /// Rows with one of these are left out.
    pub problems: Vec<CellProblem>,
    /// What could not be taken over, in sentences for staff.
    pub left_out: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    pub name: String,
    pub kind: ChangeKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    /// Column, before, after.
    Changed(Vec<(&'static str, String, String)>),
    Same,
}

impl Imported {
    pub fn count(&self, is_wanted: impl Fn(&ChangeKind) -> bool) -> usize {
        self.rows.iter().filter(|row| is_wanted(&row.kind)).count()
    }
}

/// The whole way, for a file and a rulebook: what the command `import` does.
/// `mapping` comes from the headings where none is given.
pub fn import(
    bytes: &[u8],
    target: Target,
    mapping: Option<&Mapping>,
    into: &Files,
) -> Result<Imported, ImportError> {
    if is_tencent(bytes) {
        return tencent::import(bytes, into);
    }
    let grid = Grid::read(bytes)?;
    let guessed = guess(target, &grid);
    import_grid(&grid, target, mapping.unwrap_or(&guessed), into)
}

pub fn import_grid(
    grid: &Grid,
    target: Target,
    mapping: &Mapping,
    into: &Files,
) -> Result<Imported, ImportError> {
    match target {
        Target::Courses => courses::import(grid, mapping, into),
        Target::Rules => rules::import(grid, mapping, into),
        Target::Contacts => contacts::import(grid, mapping, into),
    }
}
