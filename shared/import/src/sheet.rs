//! One CSV file as rows of cells, each with the line on which it stands.

use std::rc::Rc;

use crate::error::Errors;

/// A file as it was staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

pub(crate) struct Sheet {
    pub(crate) file: Rc<str>,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<SheetRow>,
}

pub(crate) struct SheetRow {
    pub(crate) line: usize,
    pub(crate) cells: Vec<String>,
}

/// Reads a file. Blank rows are passed over; a row of another width than the header is an error.
pub(crate) fn read(file: &File, errors: &mut Errors) -> Option<Sheet> {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut sheet = Sheet { file: Rc::from(file.name.as_str()), header: Vec::new(), rows: Vec::new() };
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let start = record.position().map_or(0, |position| position.byte());
        let line = lines.at(usize::try_from(start).unwrap_or(usize::MAX));
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if let Some(broken) = cells.iter().position(|cell| cell.contains(['\n', '\r'])) {
            errors.add(&file.name, line, broken + 1, "a line break inside a cell; is a quotation mark not closed?");
            continue;
        }
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if sheet.header.is_empty() {
            sheet.header = cells;
            continue;
        }
        if cells.len() != sheet.header.len() {
            let (expected, found) = (sheet.header.len(), cells.len());
            errors.add(&file.name, line, 1, format!("expected {expected} columns as in the header, found {found}"));
            continue;
        }
        sheet.rows.push(SheetRow { line, cells });
    }
    if sheet.header.is_empty() {
        errors.add(&file.name, 1, 1, "expected a header row with the names of the columns, found an empty file");
        return None;
    }
    Some(sheet)
}

/// Counts lines itself: the reader's own count is late by the blank lines and by the second half of `\r\n` before a row.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the first character at or behind a byte that ends no line. Bytes are asked for in growing order.
    fn at(&mut self, byte: usize) -> usize {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() && (self.at < byte || matches!(bytes[self.at], b'\n' | b'\r')) {
            let ends = match bytes[self.at] {
                b'\n' => true,
                b'\r' => bytes.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += usize::from(ends);
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(usize, &[&str])], wrong: &[&str]) {
        let mut errors = Errors::default();
        let sheet = read(&File { name: "a.csv".into(), text: text.into() }, &mut errors);
        let rows: Vec<_> =
            sheet.iter().flat_map(|sheet| &sheet.rows).map(|row| (row.line, row.cells.clone())).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(|cell| (*cell).to_owned()).collect()))
            .collect();
        assert_eq!(rows, expected, "{text:?}");
        let errors: Vec<_> =
            errors.into_fields().into_iter().map(|error| format!("{}: {}", error.at, error.detail)).collect();
        assert_eq!(errors, wrong, "{text:?}");
    }

    #[test]
    fn rows_know_their_line_whatever_ends_lines_and_however_many_are_blank() {
        check("a,b\n1,2\n3,4", &[(2, &["1", "2"]), (3, &["3", "4"])], &[]);
        check("a,b\r\n1,2\r\n\r\n3,4\r\n", &[(2, &["1", "2"]), (4, &["3", "4"])], &[]);
        check("\n\na,b\n\n1,2\n,\n3,4\n", &[(5, &["1", "2"]), (7, &["3", "4"])], &[]);
        check("a,b\r1,2\r3,4\r", &[(2, &["1", "2"]), (3, &["3", "4"])], &[]);
    }

    #[test]
    fn a_byte_order_mark_quotes_and_blanks_around_cells_are_fine() {
        check("\u{feff}a,b\n\"1, \"\"x\"\"\", 2 \n", &[(2, &["1, \"x\"", "2"])], &[]);
    }

    #[test]
    fn rows_of_another_width_and_open_quotes_are_errors() {
        check(
            "a,b\n1\n1,2,3\n",
            &[],
            &[
                "a.csv:2:1: expected 2 columns as in the header, found 1",
                "a.csv:3:1: expected 2 columns as in the header, found 3",
            ],
        );
        check("a,b\n1,\"2\n3,4\n", &[], &["a.csv:2:2: a line break inside a cell; is a quotation mark not closed?"]);
        check("", &[], &["a.csv:1:1: expected a header row with the names of the columns, found an empty file"]);
    }
}
