//! Problem documents (RFC 9457): every error that a caller sees has one of these types.

use serde::{Deserialize, Serialize};
use takt_domain::refusal::Unmet;
use takt_domain::text::Lang;

use crate::words;

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// Which problem; one of [`ProblemType`], as a relative reference.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is so in this case.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// For a refused action: everything that is not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
    /// For bad input: where it is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// For an entry that was held: the conflict, to be settled under `/api/v1/conflicts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
}

/// One thing that is wrong with the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// Where: a field, a query parameter, or `file:line:column` of an import.
    pub at: String,
    /// What is wrong, and what was expected.
    pub detail: String,
}

impl FieldError {
    /// The same in the language of whoever reads it.
    pub fn told(self, lang: Lang) -> Self {
        Self { detail: words::told(self.detail, lang), ..self }
    }
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $slug:literal, $zh:literal, $en:literal;)*) => {
        /// The closed list of problems.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType { $($(#[$doc])* $name,)* }

        impl ProblemType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The `type` member: stable, relative to the site.
            pub fn uri(self) -> &'static str {
                match self { $(Self::$name => concat!("/problems/", $slug),)* }
            }

            /// The title in a language.
            pub fn title(self, lang: Lang) -> &'static str {
                match self { $(Self::$name => lang.pick($zh, $en),)* }
            }
        }
    };
}

problems! {
    /// The body is not JSON, has an unknown field or a field of a wrong type.
    BadRequest = 400, "bad-request", "请求格式不对", "the request is not well-formed";
    /// A write without an `Idempotency-Key`.
    MissingKey = 400, "missing-idempotency-key", "缺少 Idempotency-Key", "the Idempotency-Key is missing";
    /// No token, a forged one, an expired one, or one whose session has ended.
    Unauthorized = 401, "unauthorized", "请先登录", "sign in first";
    /// User or PIN is wrong.
    WrongPin = 401, "wrong-pin", "用户或 PIN 不对", "user or PIN is wrong";
    /// The caller lacks the permission; `unmet` says which, and who holds it.
    Forbidden = 403, "forbidden", "没有权限", "the permission is missing";
    /// There is no such path or thing.
    NotFound = 404, "not-found", "找不到", "not found";
    /// The path exists, the method does not.
    MethodNotAllowed = 405, "method-not-allowed", "不支持此方法", "the method is not allowed";
    /// The action is refused; `unmet` says why, all of it.
    Refused = 409, "refused", "现在不能这样做", "this is refused now";
    /// The same line of the same document was entered another way: nothing is booked, `conflict` is to be settled.
    EntryConflict = 409, "entry-conflict", "此单据行已用另一种方式录入,未记账,待处理", "this line was entered another way; not booked, to be settled";
    /// Others changed the same thing three times in a row; try again.
    Conflict = 409, "conflict", "数据刚被他人修改,请重试", "others changed it at the same time, try again";
    /// The body is too large.
    TooLarge = 413, "too-large", "内容太大", "the body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = 415, "unsupported-media-type", "只接受 application/json", "the body must be application/json";
    /// The fields are well-formed and their values are not; `errors` says where.
    Invalid = 422, "invalid", "内容有误", "the values are not valid";
    /// The `Idempotency-Key` was used for another request.
    KeyReused = 422, "idempotency-key-reused", "同一个 Idempotency-Key 用于不同的请求", "the Idempotency-Key was used for another request";
    /// Too many wrong PINs; Retry-After says how long.
    Locked = 429, "locked", "错误次数过多,请稍后再试", "too many wrong PINs, wait a little";
    /// Too many requests; Retry-After says how long.
    TooMany = 429, "too-many-requests", "请求过于频繁", "too many requests";
    /// A fault of ours.
    Internal = 500, "internal", "系统出错", "a fault of ours";
    /// A part that is needed does not answer; Retry-After says when to try again.
    Unavailable = 503, "unavailable", "服务暂时不可用", "temporarily unavailable";
    /// The request took too long.
    TimedOut = 504, "timed-out", "请求超时", "the request took too long";
}
