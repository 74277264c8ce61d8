//! The table of leads, opened by another program.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use jiff::tz::TimeZone;
use yingda::model::lead::{AnswerKind, Source, Standing};
use yingda::spreadsheet::{LeadNames, leads, write};
use yingda::store::LeadFilter;

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, form, leaves, staff, time};

struct Names;

impl LeadNames for Names {
    fn staff(&self, id: &str) -> String {
        format!("同事{id}")
    }

    fn source(&self, source: &Source) -> String {
        source.parts().1.to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_open_in_excel_with_chinese_headings_and_numbers_as_text() {
    for fresh in fresh_stores().await {
        let at = time("2026-04-12T14:30:00Z");
        let mut odd = form("260412-01", "=HYPERLINK(\"http://x\")", "0796-6559898");
        for answer in odd.answers.iter_mut().filter(|answer| answer.kind == AnswerKind::People) {
            answer.standing = Standing::Unchecked;
        }
        commit(&fresh.store, leaves("o1", at, odd)).await;
        let all = fresh
            .store
            .export_leads(&account(), &LeadFilter::default(), &staff("li", at))
            .await
            .expect("readable");

        let zone = TimeZone::get("Asia/Shanghai").expect("in the database");
        let bytes = write(&[leads(&all, &Names, &zone)]).expect("writable");

        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let range = book.worksheet_range("线索").expect("the sheet");
        let rows: Vec<Vec<String>> =
            range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let headings = [
            "编号",
            "状态",
            "单位",
            "人数",
            "时间",
            "姓名",
            "电话",
            "负责人",
            "下次跟进",
            "来源",
            "首次提交",
            "最近提交",
        ];
        assert_eq!(rows[0], headings, "{}", fresh.name());
        let row = [
            "260412-01",
            "新",
            "=HYPERLINK(\"http://x\")",
            "约50人（待核实）",
            "4月中旬",
            "王建国",
            "0796-6559898",
            "",
            "",
            "展会01",
            "2026-04-12 22:30",
            "2026-04-12 22:30",
        ];
        assert_eq!(rows[1], row, "{}", fresh.name());
        assert!(matches!(range.get((1, 6)), Some(Data::String(_))), "a telephone number is a text");
        assert!(book.worksheet_formula("线索").expect("the sheet").is_empty(), "and nothing is a formula");
        fresh.discard().await;
    }
}
