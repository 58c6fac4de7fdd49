//! Who can act, by name: the active users who hold the roles.

use std::collections::BTreeMap;

use takt_domain::id::LineId;
use takt_domain::permission::Role;
use takt_domain::why::{Person, Why};
use takt_records::caller::Caller;
use takt_records::keep::kind;
use takt_records::user::StoredUser;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::failure::Failure;

/// More names than this nobody calls one after the other.
const NAMES_MAX: usize = 5;

/// The users of a plant who may sign in: of each role and line the first few by name, so that it is little however many
/// people a plant has, and nobody who would be named is missing.
pub(crate) struct People(Vec<StoredUser>);

impl People {
    pub(crate) async fn load<S: Store>(store: &S, caller: &Caller) -> Result<Self, Failure> {
        let filter = ListFilter { state: vec!["active".to_owned()], ..ListFilter::default() };
        let mut page = PageRequest::first(200);
        let mut people = Self(Vec::new());
        loop {
            let found = store.list(caller.plant, kind::USER, &filter, &page).await?;
            // Whoever cannot be read is not named; the roles still say who it is.
            found.items.iter().filter_map(|record| record.parse().ok()).for_each(|user| people.add(user));
            match found.next {
                Some(next) => page.after = Some(next),
                None => return Ok(people),
            }
        }
    }

    /// Keeps somebody who would be named for one of the roles.
    fn add(&mut self, user: StoredUser) {
        self.0.push(user);
        self.0.sort_by(|a, b| a.user.cmp(&b.user));
        let mut named: BTreeMap<(Role, Option<LineId>), usize> = BTreeMap::new();
        self.0.retain(|user| {
            let mut is_named = false;
            for role in &user.roles {
                let before = named.entry((*role, user.line.clone())).or_default();
                is_named |= *before < NAMES_MAX;
                *before += 1;
            }
            is_named
        });
    }

    /// Fills in the names at each step: those of the line first, then those who belong to none, then the others. An
    /// administrator, who may do everything, is named only where nobody else can.
    pub(crate) fn name(&self, why: &mut Why, line: &LineId) {
        for wait in &mut why.waits {
            let mut found: Vec<_> = self.0.iter().filter(|user| holds(user, &wait.who, false)).collect();
            if found.is_empty() {
                found = self.0.iter().filter(|user| holds(user, &wait.who, true)).collect();
            }
            found.sort_by_key(|user| (user.line.as_ref() != Some(line), user.line.is_some(), user.user.clone()));
            let person = |user: &&StoredUser| Person { user: user.user.clone(), name: user.name.clone() };
            wait.people = found.iter().take(NAMES_MAX).map(person).collect();
        }
    }
}

fn holds(user: &StoredUser, who: &[Role], administrators: bool) -> bool {
    user.roles.iter().any(|role| who.contains(role) && (administrators || *role != Role::Administrator))
}
