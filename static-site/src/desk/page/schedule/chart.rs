//! The board itself: machines below each other, time from left to right. It is drawn as SVG, since the page's policy takes
//! no inline style.

use std::rc::Rc;

use jiff::Timestamp;
use sycamore::prelude::*;
use takt_api::schedule::{PutOperationPlan, Schedule, ScheduledOperation, ScheduledOrder};
use takt_domain::id::EquipmentId;
use takt_domain::operation::OperationState;
use takt_domain::permission::Permission;
use takt_domain::schedule::Slot;
use takt_site_app::show;

use super::{Board, put};
use crate::app;
use crate::text::Text;

const ROW: i64 = 44;
const HEAD: i64 = 28;
/// Operations move by a quarter of an hour.
const STEP_S: i64 = 900;
/// How far back the board shows, in seconds.
const BACK_S: i64 = 4 * 3_600;

const NO_MACHINE: Text = Text::new("(无设备)", "(no machine)");

/// How the board is laid out.
#[derive(Clone)]
struct Layout {
    from_s: i64,
    to_s: i64,
    /// Pixels of an hour.
    hour: i64,
    /// The machines from top to bottom; none for what needs none.
    rows: Vec<Option<EquipmentId>>,
}

impl Layout {
    fn x(&self, at_s: i64) -> i64 {
        (at_s - self.from_s) * self.hour / 3_600
    }

    fn width(&self) -> i64 {
        self.x(self.to_s)
    }

    fn height(&self) -> i64 {
        HEAD + ROW * self.rows.len() as i64
    }

    fn row(&self, equipment: Option<&EquipmentId>) -> usize {
        self.rows.iter().position(|row| row.as_ref() == equipment).unwrap_or(self.rows.len() - 1)
    }
}

/// What is being dragged, and how far it has come, in pixels.
#[derive(Clone, Copy, Default, PartialEq)]
struct Drag {
    from: (i32, i32),
    by: (i32, i32),
}

pub(super) fn view(schedule: &Rc<Schedule>, days: u8, board: Board) -> View {
    let now_s = schedule.now.as_second();
    let from_s = (now_s - BACK_S) / 3_600 * 3_600;
    let hour = match days {
        0..=1 => 48,
        2..=3 => 20,
        4..=7 => 10,
        _ => 5,
    };
    let mut rows: Vec<_> = schedule.equipment.iter().map(|machine| Some(machine.id.clone())).collect();
    rows.push(None);
    let layout = Rc::new(Layout { from_s, to_s: from_s + i64::from(days) * 86_400 + BACK_S, hour, rows });
    let names: Vec<_> = schedule
        .equipment
        .iter()
        .map(|machine| format!("{} {}", machine.id, machine.name))
        .chain([NO_MACHINE.get().to_owned()])
        .map(|name| view! { li { (name) } })
        .collect();
    let mut parts = background(schedule, &layout);
    for order in &schedule.orders {
        for one in &order.operations {
            if let Some(slot) = one.slot.as_ref().filter(|slot| slot.finish.as_second() > from_s) {
                parts.push(bar(order, one, slot, &layout, board));
            }
        }
    }
    let now = layout.x(now_s).to_string();
    let scrolled = create_node_ref();
    let element =
        move || scrolled.try_get().and_then(|node| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(node).ok());
    let place = board.scroll;
    on_mount(move || {
        if let Some(element) = element() {
            element.set_scroll_left(place.get_untracked());
        }
    });
    let keep_place = move |_: web_sys::Event| {
        if let Some(element) = element() {
            place.set(element.scroll_left());
        }
    };
    let (width, height) = (layout.width().to_string(), layout.height().to_string());
    let (now_to, bottom) = (now.clone(), height.clone());
    view! {
        div(class="card gantt") {
            ul(class="gantt-names", aria-hidden="true") { (names) }
            div(class="gantt-scroll", r#ref=scrolled, on:scroll=keep_place) {
                svg("width"=width, "height"=height, "role"="group") {
                    (parts)
                    line("class"="gantt-now", "x1"=now, "x2"=now_to, "y1"="0", "y2"=bottom)
                }
            }
        }
    }
}

/// Working time, rows and hours.
fn background(schedule: &Schedule, layout: &Layout) -> Vec<View> {
    let mut parts = Vec::new();
    let bottom = layout.height().to_string();
    for span in &schedule.working {
        let start = span.start.as_second().max(layout.from_s);
        let end = span.end.as_second().min(layout.to_s);
        if start < end {
            let (x, width) = (layout.x(start).to_string(), (layout.x(end) - layout.x(start)).to_string());
            let height = (layout.height() - HEAD).to_string();
            let top = HEAD.to_string();
            parts.push(view! { rect("class"="gantt-work", "x"=x, "y"=top, "width"=width, "height"=height) });
        }
    }
    for n in 0..layout.rows.len() as i64 {
        let (y, y2, width) = (HEAD + n * ROW, HEAD + n * ROW, layout.width());
        let (y, y2, width) = (y.to_string(), y2.to_string(), width.to_string());
        parts.push(view! { line("class"="gantt-line", "x1"="0", "x2"=width, "y1"=y, "y2"=y2) });
    }
    // As many hours between two marks as leave room for their names.
    let every_s = if layout.hour >= 40 {
        2
    } else if layout.hour >= 20 {
        6
    } else {
        12
    } * 3_600;
    let mut at_s = layout.from_s - layout.from_s.rem_euclid(every_s) + every_s;
    while at_s < layout.to_s {
        let x = layout.x(at_s);
        let (x1, x2, label_x) = (x.to_string(), x.to_string(), (x + 4).to_string());
        let name = Timestamp::from_second(at_s).map(show::time).unwrap_or_default();
        let down = bottom.clone();
        parts.push(view! {
            line("class"="gantt-line", "x1"=x1, "x2"=x2, "y1"="0", "y2"=down)
            text("class"="gantt-hour", "x"=label_x, "y"="18") { (name) }
        });
        at_s += every_s;
    }
    parts
}

/// One operation.
fn bar(order: &ScheduledOrder, one: &ScheduledOperation, slot: &Slot, layout: &Rc<Layout>, board: Board) -> View {
    let may = app::may(Permission::SchedulePlan) && one.state != OperationState::Done;
    let row = layout.row(one.equipment.as_ref());
    let start_s = slot.start.as_second();
    let (x, end) = (layout.x(start_s).max(0), layout.x(slot.finish.as_second()).min(layout.width()));
    let y = HEAD + ROW * row as i64 + 5;
    let width = (end - x).max(6);
    let mut class = String::from("gantt-bar");
    for (is, name) in [
        (order.late_s.is_some_and(|late| late > 0), " late"),
        (slot.pinned, " pinned"),
        (one.state == OperationState::Done, " done"),
        (one.state == OperationState::Running, " running"),
        (one.state == OperationState::Paused, " paused"),
    ] {
        if is {
            class.push_str(name);
        }
    }
    let name = format!("{} · {}", order.id, one.number);
    let (from, to) = (show::time(slot.start), show::time(slot.finish));
    let label = format!("{name} {} {from} → {to}", one.name);
    let drag = create_signal(None::<Drag>);
    // Fresh answers wait while it is held (`net`), since they would draw the board anew under the pointer.
    let class = move || if drag.with(Option::is_some) { format!("{class} dragging") } else { class.clone() };
    let moved = move || {
        let (dx, dy) = drag.get().unwrap_or_default().by;
        format!("translate({dx},{dy})")
    };
    let (id, number) = (order.id.to_string(), one.number);
    let choose = {
        let id = id.clone();
        move || board.chosen.set(Some((id.clone(), number)))
    };
    let place = {
        let (id, layout) = (id.clone(), Rc::clone(layout));
        Rc::new(move |by_s: i64, rows: i64| {
            let last = layout.rows.len() as i64 - 1;
            let to = layout.rows[(row as i64 + rows).clamp(0, last) as usize].clone();
            let equipment = to.filter(|to| Some(to) != layout.rows[row].as_ref());
            if by_s == 0 && equipment.is_none() {
                return;
            }
            let start = Timestamp::from_second(start_s + by_s).ok();
            put(board, &id, number, &PutOperationPlan { start, equipment, ..PutOperationPlan::default() });
        })
    };
    let bar = create_node_ref();
    if board.by_key.get_untracked() && board.chosen.with_untracked(|chosen| *chosen == Some((id.clone(), number))) {
        // The keys go on with the operation that they have just moved.
        on_mount(move || {
            board.by_key.set(false);
            let here = bar.try_get().and_then(|node| wasm_bindgen::JsCast::dyn_into::<web_sys::SvgElement>(node).ok());
            if let Some(here) = here {
                let _ = here.focus();
            }
        });
    }
    let by_key = {
        let (place, choose) = (Rc::clone(&place), choose.clone());
        move |event: web_sys::KeyboardEvent| {
            let (by_s, rows) = match event.key().as_str() {
                "ArrowLeft" => (-STEP_S, 0),
                "ArrowRight" => (STEP_S, 0),
                "ArrowUp" => (0, -1),
                "ArrowDown" => (0, 1),
                "Enter" | " " => (0, 0),
                _ => return,
            };
            event.prevent_default();
            choose();
            if may {
                board.by_key.set((by_s, rows) != (0, 0));
                place(by_s, rows);
            }
        }
    };
    let hour = layout.hour;
    let pressed = move |event: web_sys::PointerEvent| {
        choose();
        if may && event.button() == 0 {
            let here: Option<web_sys::Element> =
                event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into(target).ok());
            if let Some(here) = here {
                let _ = here.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some(Drag { from: (event.client_x(), event.client_y()), by: (0, 0) }));
        }
    };
    let follows = move |event: web_sys::PointerEvent| {
        if let Some(held) = drag.get_untracked() {
            let by = (event.client_x() - held.from.0, event.client_y() - held.from.1);
            drag.set(Some(Drag { by, ..held }));
        }
    };
    let dropped = move |_: web_sys::PointerEvent| {
        let Some(held) = drag.get_untracked() else { return };
        drag.set(None);
        let by_s = i64::from(held.by.0) * 3_600 / hour;
        let by_s = (by_s + STEP_S / 2).div_euclid(STEP_S) * STEP_S;
        let rows = (i64::from(held.by.1) + ROW / 2).div_euclid(ROW);
        place(by_s, rows);
    };
    let shown = if width >= 60 { name } else { String::new() };
    let (text_x, text_y) = ((x + 6).to_string(), (y + 21).to_string());
    let (x, y, width, height) = (x.to_string(), y.to_string(), width.to_string(), (ROW - 10).to_string());
    view! {
        g(
            r#ref=bar, "class"=class, "tabindex"="0", "role"="button", "aria-label"=label, "transform"=moved,
            on:keydown=by_key, on:pointerdown=pressed, on:pointermove=follows, on:pointerup=dropped,
            on:pointercancel=move |_: web_sys::PointerEvent| drag.set(None)
        ) {
            rect("x"=x, "y"=y, "width"=width, "height"=height, "rx"="6")
            text("x"=text_x, "y"=text_y) { (shown) }
        }
    }
}
