//! The board: open orders by state, those that are stuck first, on a phone, at a desk and on a wall.
//!
//! `/desk/board/wall` is for a screen that nobody touches: nothing but the board, in large letters, with the time, and awake.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::Forms;
use takt_api::master::PlantDetail;
use takt_api::orders::{Board, BoardColumn};
use takt_domain::field::FormOf;

use crate::net::LIVE_MS;
use crate::net::fetch::timer;
use crate::net::read::Read;
use crate::net::{device, wall};
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, custom, field, order_parts};
use crate::{app, show, text};

const WALL: &str = "wall";
const WALL_SCREEN: Text = Text::new("大屏", "Wall screen");
const LEAVE_WALL: Text = Text::new("退出大屏", "Leave");
const CLOCK_MS: i32 = 5_000;

pub(crate) fn view(rest: &[String]) -> View {
    let (is_wall, line) = match rest {
        [wall, line @ ..] if wall == WALL => (true, line.first()),
        rest => (false, rest.first()),
    };
    let line = line.cloned().unwrap_or_default();
    let asked = if line.is_empty() { String::new() } else { format!("?line={}", encode(&line)) };
    let read: Read<Board> = Read::new(format!("/api/v1/board{asked}"));
    read.poll(LIVE_MS);
    let forms = custom::forms();
    let body = ui::shown(read, move |board| draw(&board, forms));
    if is_wall {
        wall::enter();
        let out = at(false, &line);
        let title =
            if line.is_empty() { text::BOARD.get().to_owned() } else { format!("{} {line}", text::BOARD.get()) };
        let aside = view! { (clock()) a(class="quiet", href=out) { (LEAVE_WALL) } };
        return ui::shell::page(title, None, aside, body);
    }
    let wall = ui::link(at(true, &line), WALL_SCREEN);
    let lines = lines(line);
    ui::shell::page(text::BOARD.get(), None, wall, view! { (lines) (body) })
}

/// Where the board of a line is; of all lines where it is empty.
fn at(is_wall: bool, line: &str) -> String {
    let mut path = desk("board").path();
    for part in [if is_wall { WALL } else { "" }, line] {
        if !part.is_empty() {
            path = format!("{path}/{}", encode(part));
        }
    }
    path
}

/// Which line; another one is another address, so that a screen keeps it.
fn lines(line: String) -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    let chosen = create_signal(line.clone());
    create_effect(move || {
        let wanted = chosen.get_clone();
        if wanted != line {
            // Not from within this effect, which ends with this page: what the next one reads would end with it.
            let path = at(false, &wanted);
            app::spawn(async move { app::app().go(&path) });
        }
    });
    ui::live(move || match read.ready() {
        Some(plant) if plant.lines.len() > 1 => {
            let mut lines = vec![(String::new(), text::ALL_LINES.get().to_owned())];
            lines.extend(plant.lines.iter().map(|line| (line.id.to_string(), line.name.clone())));
            let choose = field::choice(text::LINE, chosen, lines);
            view! { div(class="strip") { (choose) } }
        }
        _ => View::new(),
    })
}

/// The time, so that whoever passes sees that the screen is alive.
fn clock() -> View {
    let now = create_signal(clock_now());
    tick(now);
    view! { span(class="wall-clock") { (now) } }
}

fn clock_now() -> String {
    show::clock(device::now().as_millisecond() as f64)
}

fn tick(now: Signal<String>) {
    timer(CLOCK_MS, move || {
        if now.is_alive() {
            let text = clock_now();
            if now.with_untracked(|shown| *shown != text) {
                now.set(text);
            }
            tick(now);
        }
    });
}

fn draw(board: &Rc<Board>, forms: Read<Forms>) -> View {
    let columns: Vec<_> = board.columns.iter().map(|column| draw_column(board, column, forms)).collect();
    view! { div(class="board") { (columns) } }
}

/// A state with its orders, each with why it is stuck and the plant's own fields that lists show.
fn draw_column(board: &Board, column: &BoardColumn, forms: Read<Forms>) -> View {
    let lang = app::lang();
    let name = show::alone(column.label.get(lang));
    let more = if column.more { "+" } else { "" };
    let count = format!("{}{more}", column.orders.len());
    let cards: Vec<_> = column
        .orders
        .iter()
        .map(|row| {
            let own = custom::listed(forms, FormOf::Order, row.custom.clone());
            let stuck = board.stuck.get(&row.id).map(|why| {
                let why = why.get(lang).to_owned();
                view! { p(class="stuck") { (ui::icon::ALERT) span { (why) } } }
            });
            let stuck = View::from(stuck);
            order_parts::card_with(row.clone(), false, view! { (stuck) (own) })
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
