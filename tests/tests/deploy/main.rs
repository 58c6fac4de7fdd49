//! What `deploy/` declares is what the programs that read it expect, and fits the application that it is about.

mod fields;
mod kubernetes;
mod one_box;
mod proxies;
mod service;
mod tools;
mod written;
