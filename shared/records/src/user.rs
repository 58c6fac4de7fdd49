//! Users, as they are kept: with the hash of the PIN, which no answer ever shows.

use serde::{Deserialize, Serialize};
use takt_api::identity::User;
use takt_domain::id::{LineId, UserId};
use takt_domain::permission::Role;
use takt_store::RecordWrite;

use crate::keep::kind;

/// The body of a user's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredUser {
    /// The sign-in name.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The roles, at least one.
    pub roles: Vec<Role>,
    /// The line that the user works at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// False for one who may not sign in any more.
    pub active: bool,
    /// The hash of the PIN, in PHC form.
    pub pin_hash: String,
}

impl StoredUser {
    /// What others may see.
    pub fn shown(&self) -> User {
        User {
            user: self.user.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            line: self.line.clone(),
            active: self.active,
        }
    }
}

/// A user. Lists find it by name as well as by sign-in name.
pub fn user(user: &StoredUser, expected: Option<u64>) -> RecordWrite {
    RecordWrite {
        state: Some(if user.active { "active" } else { "inactive" }.into()),
        line: user.line.as_ref().map(ToString::to_string),
        search: Some(format!("{} {}", user.user, user.name)),
        ..RecordWrite::new(kind::USER, user.user.as_str(), expected, serde_json::to_value(user).unwrap_or_default())
    }
}
