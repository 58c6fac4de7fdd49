//! Lots over a file: what a receipt makes of them, what is refused, and what the system takes by itself.

mod correct;
mod count;
mod dispose;
mod incoming;
mod made;
mod model;
mod pick;
mod race;
mod receive;
mod reserve;
mod state;
mod watch;
mod world;
