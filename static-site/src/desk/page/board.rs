//! The board: open orders by state, the longest in their state first, for a wall screen as well as for a phone.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::Forms;
use takt_api::orders::{Board, BoardColumn};
use takt_domain::field::FormOf;

use crate::net::read::Read;
use crate::ui::{self, custom, order_parts};
use crate::{app, text};

const POLL_MS: i32 = 5_000;

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<Board> = Read::new("/api/v1/board");
    read.poll(POLL_MS);
    let forms = custom::forms();
    let body = ui::shown(read, move |board| draw(&board, forms));
    ui::shell::page(text::BOARD.get(), None, View::new(), body)
}

fn draw(board: &Rc<Board>, forms: Read<Forms>) -> View {
    let columns: Vec<_> = board.columns.iter().map(|column| draw_column(column, forms)).collect();
    view! { div(class="board") { (columns) } }
}

/// A state with its orders, each with the plant's own fields that lists show.
fn draw_column(column: &BoardColumn, forms: Read<Forms>) -> View {
    let name = column.label.get(app::lang()).to_owned();
    let more = if column.more { "+" } else { "" };
    let count = format!("{}{more}", column.orders.len());
    let cards: Vec<_> = column
        .orders
        .iter()
        .map(|row| {
            let own = custom::listed(forms, FormOf::Order, row.custom.clone());
            order_parts::card_with(row.clone(), false, own)
        })
        .collect();
    let body = if cards.is_empty() {
        view! { p(class="note") { (text::BOARD_EMPTY) } }
    } else {
        view! { ul(class="cards") { (cards) } }
    };
    view! {
        section(class="board-column") {
            div(class="board-head") { h2 { (name) } span(class="chip") { (count) } }
            (body)
        }
    }
}
