//! `takt import`: all or nothing, with errors that an editor can jump to.

use crate::support::{Folder, err, fails, out, root, run, well};

fn fixture(name: &str) -> String {
    root().join("tests/fixtures").join(name).to_str().unwrap().to_owned()
}

#[test]
fn the_real_product_is_imported_with_its_mapping_and_the_books_agree() {
    let data = Folder::data();
    let (files, mapping) = (fixture("lumenpnp"), fixture("lumenpnp/mapping.toml"));
    let said = well(&["import", &files, "--as", &mapping, "--data", data.text()]);
    assert_eq!(
        said,
        "imported 167 balances, 159 boms, 6 crew, 7 equipment, 160 items, 3 lines, 8 locations, 3 moulds, 7 routings, \
         7 users\n"
    );
    let audit = well(&["audit", "--data", data.text()]);
    assert!(audit.starts_with("audit: ") && audit.contains("balances agree with 167 postings"), "{audit}");
    let users = well(&["user", "list", "--data", data.text()]);
    assert_eq!(users.lines().count(), 7);
    assert!(users.contains("planner\t赵敏\tplanner\t-"), "{users}");
    // Without the mapping the makers' files are no tables of ours, and nothing changes.
    fails(
        &["import", &files, "--data", data.text()],
        1,
        &["bom-machine.csv:1:1: expected a file named after one of the tables", "error: nothing was imported:"],
    );
    assert_eq!(well(&["audit", "--data", data.text()]), audit);
}

#[test]
fn every_error_has_its_file_line_and_column_and_nothing_is_booked() {
    let (data, files) = (Folder::data(), Folder::new());
    files.write("items.csv", "id,name,scale\nA,Part A,0\nB,,11\n");
    files.write("lines.csv", "id,name\nL1,Line 1\n");
    files.write("boms.csv", "parent,component,quantity\nA,B,\"1,5\"\nA,C,1\n");
    files.write("users.csv", "user,name,roles,pin\nwang,Wang,king,1234\n");
    let output = run(&["import", files.text(), "--data", data.text()]);
    assert_eq!(output.status.code(), Some(1));
    let said = err(&output);
    let errors: Vec<_> = said.lines().filter(|line| line.contains(".csv:")).collect();
    let errors: Vec<_> = errors.into_iter().filter(|line| !line.ends_with("staged")).collect();
    assert_eq!(
        errors,
        [
            "boms.csv:2:3: quantity: expected a decimal number such as 12.5, found \"1,5\"",
            "boms.csv:3:2: component: there is no C in items, and the plant has none",
            "items.csv:3:2: name: expected a name, found nothing",
            "items.csv:3:3: scale: expected a whole number from 0 to 9, found \"11\"",
            "users.csv:2:3: roles: expected roles among operator, inspector, storekeeper, planner, shift_lead, manager, \
             administrator, found \"king\"",
        ]
    );
    assert!(said.ends_with("error: nothing was imported: 5 errors\n"), "{said}");
    assert_eq!(out(&output), "");
    assert_eq!(well(&["user", "list", "--data", data.text()]), "");
}

#[test]
fn folders_and_mappings_that_cannot_be_read_are_said_before_anything_is_sent() {
    let (data, files) = (Folder::new(), Folder::new());
    let import = |arguments: &[&str], says: &[&str]| {
        let all = [&["import", "--data", data.text()], arguments].concat();
        fails(&all, 1, says);
    };
    import(&["/nowhere"], &["error: /nowhere cannot be read"]);
    import(&[files.text()], &["has no .csv file"]);
    files.write("items.csv", b"id,name\nA,\xff\xff\n");
    import(&[files.text()], &["items.csv is neither UTF-8 nor GB18030"]);
    files.write("items.csv", "id,name\nA,Part A\n");
    import(&[files.text(), "--as", "/nowhere.toml"], &["/nowhere.toml cannot be read"]);
    files.write("mapping.toml", "[[table]]\nfile = \"items.csv\"\ntabel = \"items\"\n");
    let mapping = files.path().join("mapping.toml");
    import(&[files.text(), "--as", mapping.to_str().unwrap()], &["is not a mapping", "line 3", "tabel"]);
    assert!(!data.path().join("takt.db").exists());
}

#[test]
fn a_file_from_a_chinese_excel_is_read() {
    let (data, files) = (Folder::data(), Folder::new());
    let (bytes, _, _) = encoding_rs::GB18030.encode("user,name,roles,pin\nwang,王芳,planner;manager,4321\n");
    files.write("users.csv", bytes);
    assert_eq!(well(&["import", files.text(), "--data", data.text()]), "imported 1 users\n");
    assert_eq!(well(&["user", "list", "--data", data.text()]), "wang\t王芳\tplanner,manager\t-\n");
}
