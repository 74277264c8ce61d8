//! In a real browser: a rule is found, changed while its preview follows,
//! saved, published, and answers.

use crate::support::chromium::Chromium;

const REPLY: &str = "可提供江西省财政行政事业收据，报账手续请问顾问。";

pub async fn change_a_rule(browser: &Chromium) {
    browser.open("/console/rules").await;
    browser.fill("#q", "开户行").await;
    browser.click(".filters button").await;
    browser.sees("1 条规则").await;
    browser.click("td.lead a").await;
    browser.is_at("/console/rules/reimbursement").await;

    let has_unsaved = "return !dispatchEvent(new Event('beforeunload', { cancelable: true }))";
    assert_eq!(browser.script(has_unsaved, vec![]).await, false, "nothing was typed yet");
    browser.click(".sayings > summary").await;
    browser.click("#contains-new").await;
    browser.press("报账手续\u{e007}").await;
    browser.sees("报账手续 ×").await;
    walk_chips(browser).await;
    assert_eq!(browser.script(has_unsaved, vec![]).await, true, "who leaves now is asked first");
    browser.fill("#reply", REPLY).await;
    browser.fill("#test", "报账手续").await;
    browser.sees(REPLY).await;
    browser.sees("由规则「票据报销」回答。").await;
    browser.sees("/2047 B").await;
    let is_put_away = "return document.getElementById('card_title').offsetParent === null";
    assert_eq!(browser.script(is_put_away, vec![]).await, true, "a text needs no card");
    browser.check_access("a rule that is being changed").await;
    browser.shoot("rule-changed").await;

    browser.click("button[value=save]").await;
    browser.sees("已存为草稿").await;
    assert_eq!(browser.script(has_unsaved, vec![]).await, false, "it is kept");
    browser.sees("草稿，还没上线").await;
    browser.click("button[value=publish]").await;
    browser.sees("已发布，马上生效。").await;
    browser.open("/console/try").await;
    browser.fill("#text", "报账手续").await;
    browser.press("\u{e007}").await;
    browser.sees(REPLY).await;
}

/// However many there are, the Tab key stops at one of them; arrows lead on, and
/// Delete takes one away.
async fn walk_chips(browser: &Chromium) {
    let stops = "return [...document.querySelectorAll('#rule .chips')]\
        .every((list) => list.querySelectorAll('[tabindex=\"0\"]').length <= 1)";
    assert_eq!(browser.script(stops, vec![]).await, true, "one stop in each list");
    browser.fill("#contains-new", "不要的").await;
    browser.press("\u{e007}").await;
    browser.sees("不要的 ×").await;
    let first = "const list = document.getElementById('contains-new').previousElementSibling;\
        list.querySelector('[tabindex=\"0\"]').focus()";
    browser.script(first, vec![]).await;
    browser.press("\u{e010}\u{e017}").await;
    let left = "return document.getElementById('contains').value.includes('不要的')";
    assert_eq!(browser.script(left, vec![]).await, false, "the last one is gone");
    let reached = "return document.activeElement.textContent";
    assert_eq!(browser.script(reached, vec![]).await, "报账手续 ×");
}
