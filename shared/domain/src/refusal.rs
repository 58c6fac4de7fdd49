//! Refusals that explain themselves: every condition that is not met, what would mend it, and who can.

use serde::{Deserialize, Serialize};

use crate::permission::{Permission, Role};
use crate::text::Lang;

/// One condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unmet {
    /// A stable code, for programs.
    pub code: String,
    /// What is so, in the reader's language.
    pub detail: String,
    /// What would mend it.
    pub remedy: String,
    /// Who can.
    pub who: Vec<Role>,
}

impl Unmet {
    /// A condition with its facts.
    pub fn new(code: &str, detail: impl Into<String>, remedy: impl Into<String>, who: &[Role]) -> Self {
        Self { code: code.into(), detail: detail.into(), remedy: remedy.into(), who: who.to_vec() }
    }

    /// The permission that is missing, and who holds it.
    pub fn permission(permission: Permission, lang: Lang) -> Self {
        let name = permission.label(lang);
        let detail = match lang {
            Lang::Zh => format!("您没有“{name}”权限"),
            Lang::En => format!("you may not {name}"),
        };
        let remedy = lang.pick(
            "请有此权限的人操作,或请管理员授予角色",
            "ask someone who may, or have an administrator give you the role",
        );
        Self::new(Self::PERMISSION, detail, remedy, permission.holders())
    }

    /// The code of a missing permission.
    pub const PERMISSION: &'static str = "permission.missing";

    /// The code of a signature by somebody who is not among those who sign.
    pub const NOT_SIGNER: &'static str = "approval.not_signer";
}

/// Why an action is refused: all of it, never only the first reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refusal {
    /// What is not met, at least one.
    pub unmet: Vec<Unmet>,
}

impl Refusal {
    /// A refusal for one reason.
    pub fn one(unmet: Unmet) -> Self {
        Self { unmet: vec![unmet] }
    }

    /// True when a permission is among what is missing.
    pub fn lacks_permission(&self) -> bool {
        self.unmet.iter().any(|unmet| matches!(unmet.code.as_str(), Unmet::PERMISSION | Unmet::NOT_SIGNER))
    }
}
