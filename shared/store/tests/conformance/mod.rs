//! What every record store does, whatever is under it. Each function is one test; an adapter runs them all.

pub(crate) mod archive;
pub(crate) mod audit;
pub(crate) mod commit;
pub(crate) mod flow;
pub(crate) mod lists;
pub(crate) mod load;
pub(crate) mod parallel;
pub(crate) mod photo;
pub(crate) mod random;
pub(crate) mod rollup;
pub(crate) mod seal;
pub(crate) mod session;

use futures::executor::block_on;
use serde_json::json;
use takt_store::{
    Account, BalanceFilter, Commit, Committed, CounterChange, Event, Idempotency, Load, Loaded, PageRequest, Plant,
    PlantNumber, Posting, Store, StoreError,
};

/// A database for one test.
pub(crate) trait Harness: Sync {
    type Store: Store;
    /// An empty one, with its schema.
    fn fresh() -> Self;
    /// A store with connections of its own.
    fn store(&self) -> Self::Store;
    /// What the store itself never does.
    fn raw(&self, sql: &str) -> Result<(), String>;
    /// Waits until nothing that others do at this moment keeps a reader of the journal back.
    fn settle(&self) {}
}

macro_rules! every_test {
    ($harness:ty) => {
        $crate::conformance::every_test! { $harness;
            audit: a_clean_ledger_passes,
                a_balance_changed_behind_the_ledgers_back_is_found,
                a_balance_taken_away_is_found,
                a_balance_from_nowhere_is_found,
                a_negative_balance_is_found,
                slices_of_whole_items_add_up_to_the_whole,
                a_difference_is_in_the_slice_of_its_item,
                reports_are_added_up_and_held_against_counters,
                what_goes_back_is_taken_from_what_it_passes_again,
                receipts_are_held_against_reports;
            seal: the_ledger_is_read_between_places,
                a_seal_follows_the_last_one,
                a_seal_never_changes_but_for_its_archive,
                of_many_that_seal_at_once_one_does,
                every_posting_of_a_batch_has_its_place;
            commit: a_commit_for_an_unknown_plant_is_refused,
                the_same_key_and_request_gets_the_stored_answer,
                the_same_key_with_another_request_is_refused,
                a_key_belongs_to_its_user_and_plant,
                a_key_is_forgotten_after_90_days,
                a_record_written_since_it_was_read_is_a_conflict,
                an_expected_record_that_changed_is_a_conflict,
                a_new_record_must_be_new,
                a_key_is_judged_before_session_and_versions,
                a_negative_balance_is_refused_and_nothing_is_written,
                postings_are_booked_in_their_order,
                an_unbounded_account_may_go_below_zero,
                an_account_once_bounded_stays_so,
                counters_stay_within_both_bounds,
                a_posting_is_reversed_once,
                what_cannot_be_stored_is_malformed,
                the_ledger_and_the_journal_are_append_only,
                a_batch_books_each_on_its_own,
                a_batch_without_refusals_is_booked_in_order,
                text_comes_back_as_it_went_in;
            flow: what_flowed_through_a_lot_is_summed,
                what_an_order_consumed_and_made_is_summed,
                what_was_taken_back_has_not_flowed,
                lots_that_are_split_and_merged_know_each_other;
            archive: an_order_goes_and_comes_back_as_it_was,
                what_is_not_as_it_was_read_does_not_go,
                what_nobody_touched_is_found;
            photo: a_photo_comes_back_as_it_went_in_and_never_changes;
            lists: the_newest_child_of_each_is_found,
                pages_hold_every_record_once_in_order,
                filters_of_records_combine,
                wildcards_in_a_search_are_letters,
                a_forged_cursor_is_refused,
                movements_follow_the_journal,
                a_movement_has_its_postings,
                balances_are_filtered_and_paged,
                the_journal_is_read_by_cursor,
                a_plant_keeps_its_birth_when_it_is_put_again;
            load: everything_comes_at_once,
                what_is_known_of_a_lot_comes_with_its_accounts,
                what_is_not_there_is_absent,
                plants_do_not_see_each_other;
            parallel: the_last_piece_goes_to_one_of_two,
                fifty_reports_at_once_stop_at_the_quantity,
                one_of_many_duplicates_is_booked_and_the_others_get_its_answer,
                one_of_two_writers_of_a_version_wins,
                a_load_sees_all_of_a_commit_or_nothing,
                nobody_waits_in_a_circle;
            random: any_commits_leave_a_ledger_that_adds_up;
            rollup: sums_grow_and_a_refused_commit_adds_nothing,
                the_spread_is_that_of_the_orders_by_nearest_rank,
                a_checkup_tells_clock_and_size,
                each_part_of_a_key_tells_sums_apart,
                sums_are_put_together_by_period_filter_and_dimension,
                what_adds_up_to_nothing_has_no_row,
                a_generation_is_dropped_and_the_others_stay,
                a_cursor_of_sums_cannot_be_forged;
            session: a_session_that_ended_is_refused,
                a_session_that_expired_is_refused,
                all_sessions_of_a_user_end_at_once,
                ended_sessions_are_listed_until_they_expire;
        }
    };
    ($harness:ty; $($module:ident: $($test:ident),+;)+) => {
        $(mod $module {
            use super::*;
            $(#[test]
            fn $test() {
                $crate::conformance::$module::$test(&<$harness as $crate::conformance::Harness>::fresh());
            })+
        })+
    };
}
pub(crate) use every_test;

pub(crate) const PLANT: PlantNumber = PlantNumber(1);
pub(crate) const NOW: i64 = 1_800_000_000_000;

/// A store with plant 1.
pub(crate) fn with_plant<H: Harness>(harness: &H) -> H::Store {
    let store = harness.store();
    block_on(store.put_plant(&plant(PLANT))).unwrap();
    store
}

pub(crate) fn plant(number: PlantNumber) -> Plant {
    Plant {
        number,
        name: format!("工厂 {number}"),
        time_zone: "Asia/Shanghai".to_owned(),
        shift_calendar: json!({"shifts": ["day", "night"]}),
        settings: json!({}),
        created_ms: NOW,
    }
}

pub(crate) fn commit() -> Commit {
    Commit::new(PLANT, NOW)
}

pub(crate) fn book(store: &impl Store, commit: &Commit) -> Result<Committed, StoreError> {
    block_on(store.commit(commit))
}

pub(crate) fn key(key: &str, fingerprint: &str) -> Idempotency {
    Idempotency {
        user: "operator".to_owned(),
        key: key.to_owned(),
        fingerprint: fingerprint.to_owned(),
        status: 201,
        body: json!({"key": key, "名": [1, null, "ü"]}),
    }
}

pub(crate) fn place(location: &str) -> Account {
    Account { location: location.to_owned(), order: String::new(), bounded: true }
}

pub(crate) fn held(location: &str, order: &str) -> Account {
    Account { location: location.to_owned(), order: order.to_owned(), bounded: true }
}

pub(crate) fn outside(location: &str) -> Account {
    Account { location: location.to_owned(), order: String::new(), bounded: false }
}

/// A posting of item `screw`, as its own movement.
pub(crate) fn posting(id: &str, from: Account, to: Account, quantity: i64) -> Posting {
    Posting {
        id: id.to_owned(),
        movement: format!("m-{id}"),
        kind: "transfer".to_owned(),
        item: "screw".to_owned(),
        lot: String::new(),
        from,
        to,
        quantity,
        order: None,
        operation: None,
        document: None,
        reason: None,
        user: "storekeeper".to_owned(),
        device: None,
        source: "hand".to_owned(),
        occurred_ms: NOW,
        reverses: None,
    }
}

/// Puts a quantity of `screw` at a place.
pub(crate) fn receive(store: &impl Store, location: &str, quantity: i64) {
    let id = format!("receipt-{location}");
    let commit = Commit { postings: vec![posting(&id, outside("supplier"), place(location), quantity)], ..commit() };
    book(store, &commit).unwrap();
}

pub(crate) fn count(scope: &str, delta: i64, min_after: Option<i64>, max_after: Option<i64>) -> CounterChange {
    CounterChange { scope: scope.to_owned(), name: "good".to_owned(), delta, min_after, max_after }
}

pub(crate) fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        event_type: "order.started.v1".to_owned(),
        source: "/orders".to_owned(),
        subject: "WO-1".to_owned(),
        time_ms: NOW,
        data: json!({"id": id}),
    }
}

/// What plant 1 holds of these items, orders' held stock and counters.
pub(crate) fn look(store: &impl Store, load: Load) -> Loaded {
    block_on(store.load(&load)).unwrap()
}

pub(crate) fn load() -> Load {
    Load::new(PLANT, NOW)
}

/// The quantity of `screw` in an account.
pub(crate) fn quantity(store: &impl Store, account: &Account) -> i64 {
    let filter = BalanceFilter {
        items: vec!["screw".to_owned()],
        location: Some(account.location.clone()),
        order: Some(account.order.clone()),
        ..BalanceFilter::default()
    };
    let page = block_on(store.balances(PLANT, &filter, &PageRequest::first(200))).unwrap();
    page.items.iter().map(|balance| balance.quantity).sum()
}
