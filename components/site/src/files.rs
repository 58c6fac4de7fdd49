//! What is served.

/// One file of the pages.
pub(crate) struct File {
    /// Where it is served, with the leading slash.
    pub(crate) path: &'static str,
    /// Its `content-type`.
    pub(crate) media_type: &'static str,
    /// Of its content.
    pub(crate) hash: &'static str,
    /// Its address changes with its content.
    pub(crate) immutable: bool,
    /// As it is.
    pub(crate) identity: &'static [u8],
    /// In brotli, where that is smaller.
    pub(crate) br: Option<&'static [u8]>,
    /// In gzip, where that is smaller.
    pub(crate) gz: Option<&'static [u8]>,
}

/// All of them, by path.
pub(crate) const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));
