//! takt-domain
