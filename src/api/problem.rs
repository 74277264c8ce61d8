//! Why an operation was refused, as problem details (RFC 9457): a word for
//! programs, a sentence with cause and remedy for people. Nothing internal.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::error;
use utoipa::{IntoResponses, ToSchema};

use crate::model::Role;
use crate::store::StoreError;

#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum ApiError {
    #[error(
        "没有带令牌。请在请求头写 Authorization: Bearer yingda_…；令牌由管理员在控制台“API 令牌”页新建。"
    )]
    NoToken,
    #[error("令牌不对，或已撤销。请到控制台“API 令牌”页核对，或新建一个。")]
    BadToken,
    #[error("令牌的角色是{}，不能做这件事。请用有权限的角色新建一个令牌。", role.title())]
    Forbidden { role: Role },
    #[error("没有这个接口。全部接口写在 /api/v1/openapi.json。")]
    NoSuchOperation,
    #[error("这个地址不支持这种方法。全部接口写在 /api/v1/openapi.json。")]
    NoSuchMethod,
    #[error("没有这个账号。用 GET /api/v1/accounts 看有哪些。")]
    NoSuchAccount,
    #[error("没有找到。它可能已删除，或编号写错了。")]
    Missing,
    #[error("刚才有别人改过。请重新读取，再用新的 revision 改。")]
    Stale,
    #[error("请求体超过 {} KiB。", super::sent::MAX_BYTES / 1024)]
    TooLarge,
    #[error("请求体没有在 {} 秒内发完。请检查网络，再发一次。", super::sent::DEADLINE.as_secs())]
    TooSlow,
    #[error("请求体不是 JSON。请把 Content-Type 写成 application/json。")]
    NotJson,
    #[error("读不懂{what}：{cause}。")]
    Unreadable { what: &'static str, cause: String },
    #[error(
        "这个令牌一分钟内的请求太多。请过 {seconds} 秒再试，或请管理员调高 [server] api_requests_per_minute。"
    )]
    TooMany { seconds: i64 },
    #[error("从这个地址来的错误令牌太多。请核对令牌，过 {seconds} 秒再试。")]
    TooManyUnknown { seconds: i64 },
    #[error("服务暂时读写不了数据库。请稍后再试；一直这样，请看服务的日志。")]
    Store(Arc<StoreError>),
}

/// Problem details.
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    title: &'static str,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Cause and remedy, in Chinese.
    detail: String,
    /// A stable word for programs.
    code: &'static str,
}

/// What any operation may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Refusals {
    /// No token, or none that counts.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The token's role may not do this.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing, or no such account.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// A parameter or the body cannot be understood.
    #[response(status = 422, content_type = "application/problem+json")]
    Unreadable(Problem),
    /// Too many requests in a minute; `Retry-After` says when to come back.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
    /// The store cannot be asked.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// What an operation with a body may answer beside that.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum BodyRefusals {
    /// Somebody else changed it since `revision`.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The body did not arrive in time.
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(Problem),
}

impl ApiError {
    pub(super) fn unreadable(what: &'static str, cause: impl Into<String>) -> Self {
        Self::Unreadable { what, cause: cause.into() }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NoSuchOperation | Self::NoSuchAccount | Self::Missing => StatusCode::NOT_FOUND,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unreadable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany { .. } | Self::TooManyUnknown { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::BadToken => "bad_token",
            Self::Forbidden { .. } => "forbidden",
            Self::NoSuchOperation => "no_such_operation",
            Self::NoSuchMethod => "no_such_method",
            Self::NoSuchAccount => "no_such_account",
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::NotJson => "not_json",
            Self::Unreadable { .. } => "unreadable",
            Self::TooMany { .. } => "too_many",
            Self::TooManyUnknown { .. } => "too_many_bad_tokens",
            Self::Store(_) => "unavailable",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NoToken | Self::BadToken => "要有令牌",
            Self::Forbidden { .. } => "没有权限",
            Self::NoSuchOperation | Self::NoSuchAccount | Self::Missing => "没有找到",
            Self::NoSuchMethod => "方法不对",
            Self::Stale => "已被改过",
            Self::TooLarge => "太大",
            Self::TooSlow => "太慢",
            Self::NotJson => "不是 JSON",
            Self::Unreadable { .. } => "读不懂",
            Self::TooMany { .. } | Self::TooManyUnknown { .. } => "太频繁",
            Self::Store(_) => "暂时不能用",
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Store(failure) = &self {
            error!(%failure, "An operation of the API failed");
        }
        let status = self.status();
        let problem = Problem {
            r#type: "about:blank",
            title: self.title(),
            status: status.as_u16(),
            detail: self.to_string(),
            code: self.code(),
        };
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self {
            Self::NoToken | Self::BadToken => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::TooMany { seconds } | Self::TooManyUnknown { seconds } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            _ => {}
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(failure: StoreError) -> Self {
        Self::Store(Arc::new(failure))
    }
}
