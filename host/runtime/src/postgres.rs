//! `spin:postgres`.
pub struct GuestConnection;
pub struct ConnectionBuilder;
