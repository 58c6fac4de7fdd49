//! The phone pages. Reads come from the API, and what may be done now is asked of `takt-domain`, the code that the server
//! decides with. Nothing here knows a rule of production of its own.

mod app;
mod net;
mod page;
mod route;
mod show;
mod text;
mod ui;

fn main() {
    // Nothing here is meant to panic; where it does, the browser's console says what and where.
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into())));
    app::start();
}
