//! Everything that is wrong with an import, in one list, so that a file is mended once and not row by row.

use takt_api::problem::FieldError;
use takt_domain::text::Lang;

/// The most errors that an answer lists.
pub const ERRORS_MAX: usize = 200;

/// What is wrong, in the order in which it stands in the files.
#[derive(Debug, Default)]
pub struct Errors {
    /// Who reads them: for what the domain words in the reader's language.
    pub(crate) lang: Lang,
    found: Vec<(String, usize, usize, String)>,
}

impl Errors {
    /// None yet, for a reader of this language.
    pub fn told_in(lang: Lang) -> Self {
        Self { lang, ..Self::default() }
    }

    /// Notes one; `line` and `column` count from 1.
    pub(crate) fn add(&mut self, file: &str, line: usize, column: usize, detail: impl Into<String>) {
        self.found.push((file.to_owned(), line, column, detail.into()));
    }

    /// True when nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The first [`ERRORS_MAX`] of them, by file, line and column; the last one says how many more there are.
    pub fn into_fields(mut self) -> Vec<FieldError> {
        self.found.sort();
        self.found.dedup();
        let more = self.found.len().saturating_sub(ERRORS_MAX);
        let field = |(file, line, column, detail): (String, usize, usize, String)| FieldError {
            at: format!("{file}:{line}:{column}"),
            detail,
        };
        let mut fields: Vec<_> = self.found.into_iter().take(ERRORS_MAX).map(field).collect();
        if more > 0
            && let Some(last) = fields.last_mut()
        {
            last.detail = format!("{}; and {more} more errors", last.detail);
        }
        fields
    }
}
