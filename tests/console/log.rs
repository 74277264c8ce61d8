//! The log of what staff did.

use std::io::Cursor;

use axum::http::StatusCode;
use calamine::{Reader as _, Xlsx};
use yingda::model::Role;
use yingda::store::{Actor, LogFilter, OperationKind};

use crate::support::browser::{Browser, PASSWORD};
use crate::support::html::text_of;
use crate::support::service::Yingda;

#[tokio::test]
async fn the_log_says_who_did_what_before_and_after() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    Browser::with_role(&yingda, Role::Viewer).await;
    let staff = yingda.app.store.list_staff().await.expect("readable");
    let viewer = staff.iter().find(|member| member.role == Role::Viewer).expect("joined");
    admin.post(&format!("/console/members/{}", viewer.id), &[("role", "editor")]).await;

    let log = admin.get("/console/log?kind=role").await;

    let rows: Vec<_> = yingda
        .app
        .store
        .find_operations(&LogFilter { kind: "role".into(), ..LogFilter::default() }, 0, 10)
        .await
        .expect("readable");
    let [row] = rows.as_slice() else { panic!("one row: {rows:?}") };
    assert_eq!((row.who.as_str(), row.subject.as_str(), row.ip.as_str()), ("管理员", "只读", "127.0.0.1"));
    assert_eq!((row.before.as_deref(), row.after.as_deref()), (Some("只读"), Some("编辑")));
    log.shows("<del>只读</del> <ins>编辑</ins>");
    log.shows("2026-11-23 10:00");
}

#[tokio::test]
async fn a_failed_login_is_logged_without_what_was_typed() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    let stranger = Browser::stranger(&yingda.app.routes).from("203.0.113.7");
    stranger.log_in("管理员", "wrong wrong").await;
    stranger.log_in(PASSWORD, "the password stood in the wrong field").await;

    let log = admin.get("/console/log?kind=login_failed").await;

    log.shows("203.0.113.7");
    log.hides(PASSWORD);
    log.hides("wrong");
}

#[tokio::test]
async fn the_log_is_filtered_and_cut_at_fifty() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    for number in 0..51 {
        let name = format!("令牌{number}");
        admin.post("/console/tokens", &[("name", &name), ("role", "viewer")]).await;
    }

    let first = admin.get("/console/log?kind=token").await;
    let second = admin.get("/console/log?kind=token&page=2").await;
    let nobody = admin.get("/console/log?who=%E6%B2%A1%E4%BA%BA").await;
    let tomorrow = admin.get("/console/log?from=2026-11-24").await;
    let today = admin.get("/console/log?kind=token&from=2026-11-23&until=2026-11-23").await;

    assert_eq!(first.body.matches("class=\"lead\"").count(), 50);
    assert_eq!(second.body.matches("class=\"lead\"").count(), 1);
    first.shows("第 1 页，共 2 页");
    nobody.shows("没有符合的内容");
    nobody.shows("清除筛选");
    tomorrow.shows("没有符合的内容");
    today.shows("令牌50");
}

#[tokio::test]
async fn the_log_is_taken_along_as_a_file_and_that_is_logged() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    admin.post("/console/tokens", &[("name", "=1+1"), ("role", "viewer")]).await;

    let csv = admin.get("/console/log/export?kind=token&file=csv").await;
    let (_, xlsx) = admin.download("/console/log/export?kind=token").await;

    assert_eq!(csv.status, StatusCode::OK);
    assert!(csv.body.starts_with("\u{feff}时间,谁,做了什么,对象,之前,之后,IP\n"), "{}", csv.body);
    csv.shows("'=1+1");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"yingda-log.csv\"");
    let rows = rows_of(xlsx);
    assert_eq!(rows[0], ["时间", "谁", "做了什么", "对象", "之前", "之后", "IP"]);
    assert_eq!(rows[1][3], "=1+1", "a text, as it was written");
    let log = admin.get("/console/log?kind=log_export").await;
    assert_eq!(text_of(&log).matches("kind=token").count(), 2);
}

fn rows_of(xlsx: Vec<u8>) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx)).expect("a workbook");
    assert!(book.worksheet_formula("日志").expect("the sheet").is_empty());
    let range = book.worksheet_range("日志").expect("the sheet");
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn a_text_too_long_for_a_cell_is_cut_and_keeps_no_log_back() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    let actor = Actor { staff: None, name: "命令行".into(), ip: String::new() };
    let long = actor.does(OperationKind::PhraseSaved, "长", yingda.now()).after("😀".repeat(32_767));
    yingda.app.store.note_operation(&long).await.expect("writable");

    let (_, xlsx) = admin.download("/console/log/export?kind=phrase").await;

    let rows = rows_of(xlsx);
    assert_eq!(rows[1][5], "😀".repeat(16_383));
}
