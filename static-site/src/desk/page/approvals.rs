//! What waits for the reader's signature.

use sycamore::prelude::*;

use crate::ui;

pub(crate) fn view(_: &[String]) -> View {
    ui::shell::page(ui::approvals::WAITING.get(), None, View::new(), ui::approvals::inbox(false))
}
