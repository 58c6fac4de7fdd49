//! Who is called by name in a chat: those whom an event concerns, and who are there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use takt_domain::id::UserId;
use takt_domain::master::CrewMember;
use takt_domain::permission::Role;
use takt_records::command::CommandError;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::load::few;
use takt_records::user::StoredUser;
use takt_store::{Event, Load, PlantNumber, Store};

/// The telephone number of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) user: UserId,
    /// Digits, with a plus before them where there is one; empty for none.
    pub(crate) phone: String,
}

/// The people of a plant who have a number.
pub(crate) struct People {
    contacts: Vec<Contact>,
    crew: Vec<CrewMember>,
    users: Vec<StoredUser>,
}

impl People {
    pub(crate) async fn load<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) -> Result<Self, CommandError> {
        let mut load = Load::new(plant, now_ms);
        load.children = [kind::CONTACT, kind::CREW].map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec();
        let loaded = store.load(&load).await?;
        let contacts: Vec<Contact> = few(&loaded, kind::CONTACT)?;
        let contacts: Vec<_> = contacts.into_iter().filter(|contact| !contact.phone.is_empty()).collect();
        let crew = few(&loaded, kind::CREW)?;
        let mut load = Load::new(plant, now_ms);
        load.records = contacts.iter().map(|contact| (kind::USER.to_owned(), contact.user.to_string())).collect();
        let found = if contacts.is_empty() { Vec::new() } else { store.load(&load).await?.records };
        let users = found.iter().map(|record| record.parse()).collect::<Result<_, _>>()?;
        Ok(Self { contacts, crew, users })
    }

    /// The numbers of those whom an event names, by user or by role. Of those with a role: who is at the event's line now, else
    /// who is there at all, else everybody, so that somebody is called.
    pub(crate) fn phones(&self, event: &Event) -> Vec<String> {
        let listed = |field: &str| -> Vec<String> {
            let all = event.data.get(field).and_then(|value| value.as_array());
            all.into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let names: BTreeSet<String> = listed("users").into_iter().collect();
        let roles: Vec<Role> = listed("roles").iter().filter_map(|name| Role::from_name(name)).collect();
        let line = event.data.get("line").and_then(|line| line.as_str());
        let able: Vec<&StoredUser> = self
            .users
            .iter()
            .filter(|user| user.active && user.roles.iter().any(|role| roles.contains(role)))
            .collect();
        let present = |user: &StoredUser, line: Option<&str>| {
            self.crew.iter().any(|member| {
                let at = member.line.as_ref().map(|line| line.as_str());
                member.user == user.user && member.present && (line.is_none() || at == line)
            })
        };
        let at_line: Vec<_> = able.iter().filter(|user| line.is_some() && present(user, line)).copied().collect();
        let there: Vec<_> = able.iter().filter(|user| present(user, None)).copied().collect();
        let called = [at_line, there, able].into_iter().find(|some| !some.is_empty()).unwrap_or_default();
        let is_called = |user: &UserId| names.contains(user.as_str()) || called.iter().any(|one| one.user == *user);
        let mut phones: Vec<_> =
            self.contacts.iter().filter(|one| is_called(&one.user)).map(|one| one.phone.clone()).collect();
        phones.sort();
        phones.dedup();
        phones
    }
}
