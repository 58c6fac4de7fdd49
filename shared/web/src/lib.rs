//! takt-web
