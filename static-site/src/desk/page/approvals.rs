//! What waits for the reader's signature: steps of orders, and material beyond bills of material.

use sycamore::prelude::*;
use takt_domain::permission::Permission;

use crate::app;
use crate::ui::{self, extra};

pub(crate) fn view(_: &[String]) -> View {
    // Whoever has two inboxes is not told that nothing waits while something does in the other.
    let inbox = ui::approvals::inbox(app::may(Permission::ExtraApprove));
    let extra = if app::may(Permission::ExtraApprove) { extra::waiting() } else { View::new() };
    ui::shell::page(ui::approvals::WAITING.get(), None, View::new(), view! { (inbox) (extra) })
}
