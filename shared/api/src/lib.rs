//! takt-api
