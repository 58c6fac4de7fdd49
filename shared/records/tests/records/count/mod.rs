//! Counts, over a real SQLite file.

mod killed;
mod plan;
mod race;
mod rules;
mod session;
mod walk;
mod world;
