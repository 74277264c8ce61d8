//! What replies share, changed in a real browser: hours by chips, a table read
//! column by column and saved, a course looked at before it is saved.

use crate::support::chromium::Chromium;

const TABLE: &str = "2026年课程表\n课程名称,天数,培训对象\n某专题,3-5天,机关干部\n另一专题,三天,\n";

pub async fn change(browser: &Chromium) {
    set_hours(browser).await;
    import(browser).await;
    change_course(browser).await;
    find_a_line(browser).await;
}

async fn set_hours(browser: &Chromium) {
    browser.open("/console/settings/hours").await;
    for window in ["08:30-12:00", "14:00-17:30"] {
        browser.fill("#mon_fri-new", window).await;
        browser.press("\u{e007}").await;
    }
    browser.counts(".chips button", 2).await;
    browser.click("button[value=save]").await;
    browser.sees("已存入草稿").await;
    browser.sees("08:30-12:00 14:00-17:30").await;
}

async fn import(browser: &Chromium) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("courses.csv");
    std::fs::write(&file, TABLE).expect("writable");
    browser.open("/console/courses").await;
    browser.click("a[href='/console/import?as=courses']").await;
    browser.is_at("/console/import").await;
    browser.find("#file").await.send_keys(file.to_string_lossy()).await.expect("a file");
    browser.click("form.stack button").await;
    browser.sees("B4：天数要填数字").await;
    browser.check_access("a table that is read").await;
    browser.shoot("import-table").await;
    browser.click("button[value=save]").await;
    browser.sees("已存入草稿").await;
}

async fn change_course(browser: &Chromium) {
    browser.open("/console/courses/c01").await;
    browser.fill("#price_text", "以报价单为准").await;
    browser.click("button[value=look]").await;
    browser.sees("费用：以报价单为准").await;
    browser.check_access("a course that is looked at").await;
    browser.click("button[value=save]").await;
    browser.sees("已存入草稿").await;
}

/// Far below what the field shows: the button selects the line in it.
async fn find_a_line(browser: &Chromium) {
    browser.open("/console/files/text?path=settings%2Etoml").await;
    let broken = "const field = document.getElementById('text');\
        field.value = '# 说明一行。\\n'.repeat(200) + 'name = [\\n' + '# 完\\n'.repeat(40);";
    browser.script(broken, vec![]).await;
    browser.click("button[value=look]").await;
    browser.sees("到第 201 行").await;
    browser.check_access("a text with a mistake").await;
    browser.shoot("text-mistake").await;
    browser.click("button[data-line='201']").await;
    let selected = "const field = document.activeElement;\
        return field.value.slice(field.selectionStart, field.selectionEnd) + (field.scrollTop > 1000)";
    assert_eq!(browser.script(selected, vec![]).await, "name = [true");
}
