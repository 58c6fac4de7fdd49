//! Commands of quality and of exceptions, over a real SQLite file.

mod exceptions;
mod inspections;
mod signatures;
mod world;
