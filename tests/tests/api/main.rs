//! Tests over HTTP against the real host and a real SQLite file. Each test has a host of its own.

mod bad_input;
mod bad_values;
mod every_route;
mod exceptions;
mod flows;
mod fields;
mod gateway;
mod insight;
mod killed;
mod lifecycle;
mod lists;
mod load;
mod overload;
mod parallel;
mod permissions;
mod plants;
mod quality;
mod reasons;
mod same_key;
mod session;
mod signatures;
mod stop;
mod trace;
mod watch;
mod whole_job;
mod why;
