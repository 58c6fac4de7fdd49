//! The frames around the pages: the way on from each, on the floor and at the desk.

pub mod desk;
pub mod floor;
pub mod names;
pub mod pages;
mod people;
