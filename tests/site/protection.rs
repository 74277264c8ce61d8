//! What every answer tells the browser, and which requests are answered.

use axum::http::{Method, StatusCode};

use super::visit::Served;

const PATHS: [&str; 7] =
    ["/", "/a/ztjy", "/privacy", "/nothing-here", "/healthz", "/readyz", "/assets/site.css"];

#[tokio::test]
async fn every_answer_forbids_framing_sniffing_and_foreign_content() {
    let served = Served::sample().await;

    for path in PATHS {
        let page = served.get(path).await;

        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert!(page.headers.get("set-cookie").is_none(), "{path}");
    }
}

#[tokio::test]
async fn a_head_request_gets_the_headers_without_the_page() {
    let served = Served::sample().await;

    for path in PATHS {
        let whole = served.get(path).await;

        let head = served.ask(Method::HEAD, path).await;

        assert_eq!(head.status, whole.status, "{path}");
        assert_eq!(head.header("content-type"), whole.header("content-type"), "{path}");
        assert_eq!(head.body, "", "{path}");
    }
}

#[tokio::test]
async fn nothing_can_be_sent_to_a_page() {
    let served = Served::sample().await;

    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        for path in ["/", "/a/ztjy", "/privacy", "/readyz"] {
            let answer = served.ask(method.clone(), path).await;

            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.header("allow"), "GET,HEAD", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn assets_are_kept_for_a_year_and_pages_are_asked_for_again() {
    let served = Served::sample().await;

    for (path, media_type) in [
        ("/assets/site.css", "text/css; charset=utf-8"),
        ("/assets/site.js", "text/javascript; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
    ] {
        let asset = served.get(path).await;

        assert_eq!(asset.status, StatusCode::OK, "{path}");
        assert_eq!(asset.header("content-type"), media_type, "{path}");
        assert!(asset.header("cache-control").contains("immutable"), "{path}");
    }
    assert_eq!(served.get("/a/ztjy").await.header("cache-control"), "no-cache");
    assert_eq!(served.get("/readyz").await.header("cache-control"), "no-store");
}
