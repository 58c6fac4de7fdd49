//! Real servers for tests: each on a free port of the loopback, with a folder of its own, gone when it is dropped.
//! Whatever goes wrong here fails the test.

mod postgres;
mod redis;

use std::net::TcpListener;

pub use postgres::Postgres;
pub use redis::Redis;

/// A port of the loopback that nobody listens at now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
