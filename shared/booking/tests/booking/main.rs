//! Reports through a real queue into a real store.

mod batches;
mod failing;
mod settling;
mod world;
