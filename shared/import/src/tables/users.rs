//! `users.csv`

use takt_domain::permission::Role;

use super::UserRow;
use crate::row::{Reader, shown};

pub(super) fn read(mut row: Reader<'_>) -> Option<UserRow> {
    let user = row.id("user");
    let name = row.name("name", 100);
    let roles = roles(&mut row);
    let line = row.id_or_none("line");
    let pin = match row.row.value("pin") {
        "" => Some(None),
        pin if (4..=12).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Some(pin.to_owned()))
        }
        // What stands there may be a PIN with a slip in it: errors travel and are kept.
        _ => row.wrong("pin", "expected 4 to 12 digits"),
    };
    Some(UserRow { user: user?, name: name?, roles: roles?, line: line?, pin: pin? })
}

fn roles(row: &mut Reader<'_>) -> Option<Vec<Role>> {
    let known = Role::ALL.map(Role::as_str).join(", ");
    let mut roles = Vec::new();
    for name in row.row.value("roles").split(';').map(str::trim).filter(|name| !name.is_empty()) {
        match Role::from_name(name) {
            Some(role) if roles.contains(&role) => {}
            Some(role) => roles.push(role),
            None => return row.wrong("roles", format!("expected roles among {known}, found {}", shown(name))),
        }
    }
    if roles.is_empty() { row.expected("roles", format!("at least one role among {known}")) } else { Some(roles) }
}
