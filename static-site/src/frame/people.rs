//! What people are called. Records say who signs in; the pages of the desk say names, read once with the frame.

use std::collections::BTreeMap;

use sycamore::prelude::*;
use takt_api::Page;
use takt_domain::id::UserId;
use takt_domain::why::Person;

use crate::net::fetch::{Answer, Call, fetch};
use crate::route::encode;
use crate::{app, json, show};

const PATH: &str = "/api/v1/people?limit=200";
/// Of a plant with more people than these pages hold the others go by how they sign in.
const PAGES_MAX: usize = 10;

/// Begins to read them. True as soon as the first are here, or cannot be had.
pub(super) fn known() -> Signal<bool> {
    let known = create_signal(false);
    app::spawn(async move {
        let (mut path, mut names) = (PATH.to_owned(), BTreeMap::<UserId, String>::new());
        for _ in 0..PAGES_MAX {
            let Some(page) = read(&path).await else { break };
            names.extend(page.rows.into_iter().map(|person| (person.user, person.name)));
            show::call_people(&names);
            if !known.is_alive() {
                return;
            }
            known.set(true);
            let Some(next) = page.next else { return };
            path = format!("{PATH}&after={}", encode(&next));
        }
        if known.is_alive() {
            known.set(true);
        }
    });
    known
}

async fn read(path: &str) -> Option<Page<Person>> {
    let answer = fetch(&Call::get(path)).await.filter(Answer::is_success)?;
    json::read(&answer.text).ok()
}
