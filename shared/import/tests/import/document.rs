//! `docs/import.md` knows every table and every column.

use std::path::Path;

use takt_import::table::Table;

#[test]
fn every_table_and_column_stands_in_the_document() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/import.md")).unwrap();
    for table in Table::ALL {
        let start = format!("| `{}.csv` |", table.name());
        let row = text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{start}"));
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        for column in table.columns() {
            let cell = if column.required { cells[2] } else { cells[3] };
            assert!(cell.contains(&format!("`{}`", column.name)), "{}.{}", table.name(), column.name);
        }
        let named = row.matches('`').count() / 2 - 1;
        assert_eq!(named, table.columns().len(), "{}", table.name());
    }
}
