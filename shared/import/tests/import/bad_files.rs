//! Files with every kind of mistake: each is told with its file, line, column and what was expected, all at once, and
//! nothing of the import is booked.

use crate::support;
use support::{Plant, mapping};
use takt_domain::text::Lang;

/// Imports files into the small plant; they must be refused with exactly these errors, and must leave no trace.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    check_as(files, None, expected);
}

#[track_caller]
fn check_as(files: &[(&str, &str)], as_takt: Option<&str>, expected: &[&str]) {
    let plant = Plant::small();
    let before = (plant.records(), plant.books());
    let files: Vec<_> = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let errors = plant.import(&files, as_takt.map(mapping)).unwrap_err();
    assert_eq!(errors, expected);
    for error in errors {
        // Behind the file, the line and the column.
        let detail = error.splitn(4, ':').last().unwrap_or_default().trim().to_owned();
        let zh = takt_api::words::told(detail, Lang::Zh);
        assert!(zh.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)), "it is told in Chinese: {zh}");
        assert!(!zh.contains("expected") && !zh.contains("found"), "all of it is told in Chinese: {zh}");
    }
    assert_eq!((plant.records(), plant.books()), before);
}

#[test]
fn other_units_are_told_apart_and_each_is_worth_something() {
    let many: Vec<_> = (0..21).map(|n| format!("u{n}=2")).collect();
    for units in ["box=0", "box=-1", "box", "box=12;box=6", "pcs=12", "=12", &many.join(";")] {
        let shown = if units.len() > 60 { format!("{}…", &units[..60]) } else { units.to_owned() };
        let told = format!(
            "items.csv:2:3: units: expected units such as box=12;pallet=480, each once, none of them the item's own, with a \
             factor above zero, found {shown:?}"
        );
        check(&[("items.csv", &format!("id,name,units\nNEW,New part,{units}\n"))], &[&told]);
    }
}

#[test]
fn a_minimum_is_a_quantity_of_the_item() {
    let told = |what: &str| format!("items.csv:2:4: minimum: expected {what}");
    for (minimum, what) in [
        ("1.55", "at most 1 decimals, as the item has, found \"1.55\""),
        ("-1", "a number that is not below zero, found \"-1\""),
        ("many", "a decimal number such as 12.5, found \"many\""),
    ] {
        check(&[("items.csv", &format!("id,name,scale,minimum\nNEW,New part,1,{minimum}\n"))], &[&told(what)]);
    }
}

#[test]
fn a_good_file_beside_a_bad_one_is_not_booked_either() {
    check(
        &[("items.csv", "id,name\nNEW,New part\n"), ("lines.csv", "id,name\nL9,\n")],
        &["lines.csv:2:2: name: expected a name, found nothing"],
    );
}

#[test]
fn files_that_are_no_table() {
    check(
        &[("parts.csv", "id,name\nA,B\n")],
        &["parts.csv:1:1: expected a file named after one of the tables items, boms, routings, lines, locations, \
           equipment, moulds, crew, users, balances, purchase-orders, sales-orders, or an entry of the mapping"],
    );
    check(
        &[("items.csv", "")],
        &["items.csv:1:1: expected a header row with the names of the columns, found an empty file"],
    );
}

#[test]
fn headers() {
    check(
        &[("items.csv", "id,name,colour\nA,B,red\n")],
        &[
            "items.csv:1:3: expected one of the columns id, name, unit, scale, kind, barcode, tracking, shelf_life_days, units, minimum, found \"colour\"",
        ],
    );
    check(&[("items.csv", "id,unit\nA,pcs\n")], &["items.csv:1:1: the column name is missing"]);
    check(&[("items.csv", "id,name,id\nA,B,C\n")], &["items.csv:1:3: the column \"id\" stands in the header twice"]);
}

#[test]
fn rows_that_are_no_rows() {
    check(
        &[("items.csv", "id,name\nA\nB,Name,more\n\nC,\"open\nD,Name\n")],
        &[
            "items.csv:2:1: expected 2 columns as in the header, found 1",
            "items.csv:3:1: expected 2 columns as in the header, found 3",
            "items.csv:5:2: a line break inside a cell; is a quotation mark not closed?",
        ],
    );
}

#[test]
fn items() {
    let long = "x".repeat(97);
    let text = format!(
        "id,name,unit,scale,kind,barcode\n,N,,,,\n@x,N,,,,\n{long},N,,,,\nA,,,,,\nB,N,,10,,\nC,N,,-1,,\nD,N,,two,,\nE,N,{},,,\n",
        "u".repeat(17)
    );
    check(
        &[("items.csv", &text)],
        &[
            "items.csv:2:1: id: expected a number or name, found nothing",
            "items.csv:3:1: id: blanks at the ends, control characters and a leading @ are not allowed",
            "items.csv:4:1: id: at most 96 characters are allowed",
            "items.csv:5:2: name: expected a name, found nothing",
            "items.csv:6:4: scale: expected a whole number from 0 to 9, found \"10\"",
            "items.csv:7:4: scale: expected a whole number from 0 to 9, found \"-1\"",
            "items.csv:8:4: scale: expected a whole number from 0 to 9, found \"two\"",
            "items.csv:9:3: unit: expected at most 16 characters, found \"uuuuuuuuuuuuuuuuu\"",
        ],
    );
}

#[test]
fn an_id_or_a_barcode_that_stands_twice() {
    check(
        &[("items.csv", "id,name,barcode\nA,N,690\nB,N,690\nA,N,\n")],
        &[
            "items.csv:3:3: barcode: the barcode 690 belongs to A already, see items.csv:2",
            "items.csv:4:1: id: this id stands at items.csv:2 already",
        ],
    );
    check(
        &[("users.csv", "user,name,roles,pin\nu,N,planner,1234\nu,N,manager,1234\n")],
        &["users.csv:3:1: user: this user stands at users.csv:2 already"],
    );
}

#[test]
fn a_scale_that_changes_after_the_first_posting() {
    check(
        &[("items.csv", "id,name,scale\nM,Material,2\n")],
        &["items.csv:2:3: scale: expected 0 decimals, since M has been moved already, found \"2\""],
    );
}

#[test]
fn bills_of_material() {
    check(
        &[(
            "boms.csv",
            "parent,component,quantity,operation,optional,phantom\n\
             P,M,,,,\nP,M,0,11,,\nP,R,-1,,,\nP,W,0.0001,,,\nP,M,1.5,12,,\nP,nothing,1,,,\nno,M,1,,,\n\
             R,R,1,,,\nP,R,1,,perhaps,\nP,W,1,,,yes\nP,R,1,77,,\nP,M,twelve,13,,\nP,W,,,yes,\n",
        )],
        &[
            "boms.csv:2:3: quantity: expected a number above zero; only an optional line may leave it out, found nothing",
            "boms.csv:3:3: quantity: expected a number above zero; only an optional line may leave it out, found \"0\"",
            "boms.csv:4:3: quantity: expected a number that is not below zero, found \"-1\"",
            "boms.csv:5:3: quantity: expected at most 3 decimals, as the item has, found \"0.0001\"",
            "boms.csv:6:3: quantity: expected at most 0 decimals, as the item has, found \"1.5\"",
            "boms.csv:6:4: operation: the routing of P has no operation 12",
            "boms.csv:7:2: component: there is no nothing in items, and the plant has none",
            "boms.csv:8:1: parent: there is no no in items, and the plant has none",
            "boms.csv:9:2: component: R contains itself",
            "boms.csv:10:2: component: this component of this parent at this operation stands at boms.csv:4 already",
            "boms.csv:10:5: optional: expected true, false, yes, no, 1, 0, 是 or 否, found \"perhaps\"",
            "boms.csv:11:2: component: this component of this parent at this operation stands at boms.csv:5 already",
            "boms.csv:11:6: phantom: W has no bill of material whose lines could stand in for it",
            "boms.csv:12:4: operation: the routing of P has no operation 77",
            "boms.csv:13:3: quantity: expected a decimal number such as 12.5, found \"twelve\"",
            "boms.csv:14:2: component: this component of this parent at this operation stands at boms.csv:5 already",
        ],
    );
}

#[test]
fn bills_of_material_that_turn_in_a_circle() {
    check(
        &[("boms.csv", "parent,component,quantity\nM,R,1\nR,W,1\nW,M,1\n")],
        &["boms.csv:4:2: component: M contains itself: M > R > W > M"],
    );
}

#[test]
fn routings() {
    check(
        &[(
            "routings.csv",
            "item,operation,name,released,tolerance_percent,equipment,mould,crew_min,standard_s\n\
             M,,Cut,,,,,,\nM,0,Cut,,,,,,\nM,10,,,,,,,\nM,20,Cut,maybe,,,,,\nM,30,Cut,,101,,,,\nM,40,Cut,,,E9,,,\n\
             M,50,Cut,,,,D9,,\nM,60,Cut,,,,,256,\nM,70,Cut,no,,,,,\nM,70,Cut,yes,,,,,1.5\nQ,10,Cut,,,,,,\n",
        )],
        &[
            "routings.csv:2:2: operation: expected a whole number from 1 to 9999, found nothing",
            "routings.csv:3:2: operation: expected a whole number from 1 to 9999, found \"0\"",
            "routings.csv:4:3: name: expected a name, found nothing",
            "routings.csv:5:4: released: expected true, false, yes, no, 1, 0, 是 or 否, found \"maybe\"",
            "routings.csv:6:5: tolerance_percent: expected a whole number from 0 to 100, found \"101\"",
            "routings.csv:7:6: equipment: there is no E9 in equipment, and the plant has none",
            "routings.csv:8:7: mould: there is no D9 in moulds, and the plant has none",
            "routings.csv:9:8: crew_min: expected a whole number from 0 to 255, found \"256\"",
            "routings.csv:10:4: released: expected the same as in the other rows of M, found \"no\"",
            "routings.csv:11:2: operation: this operation of this item stands at routings.csv:10 already",
            "routings.csv:11:9: standard_s: expected a whole number from 0 to 10000000, found \"1.5\"",
            "routings.csv:12:1: item: there is no Q in items, and the plant has none",
        ],
    );
    check(
        &[("routings.csv", "item,operation,name\nP,20,Paint\n")],
        &["routings.csv:2:2: operation: the bill of material of P consumes M at operation 10, which is missing"],
    );
}

#[test]
fn places_machines_and_moulds() {
    check(
        &[
            ("equipment.csv", "id,name,line,status\nX,X,L7,available\nY,Y,L1,broken\n"),
            ("locations.csv", "id,name,kind,line\nA,A,shelf,\nB,B,store,L7\n@scrap,C,store,\n"),
            ("moulds.csv", "id,name,usable,shots,shots_max\nX,X,2,,\nY,Y,,-3,0\n"),
        ],
        &[
            "equipment.csv:2:3: line: there is no L7 in lines, and the plant has none",
            "equipment.csv:3:4: status: expected available, down or maintenance, found \"broken\"",
            "locations.csv:2:3: kind: expected store, line, quarantine, finished or receiving, found \"shelf\"",
            "locations.csv:3:4: line: there is no L7 in lines, and the plant has none",
            "locations.csv:4:1: id: virtual locations are there by themselves",
            "moulds.csv:2:3: usable: expected true, false, yes, no, 1, 0, 是 or 否, found \"2\"",
            "moulds.csv:3:4: shots: expected a whole number from 0 to 4294967295, found \"-3\"",
            "moulds.csv:3:5: shots_max: expected a whole number from 1 to 4294967295, found \"0\"",
        ],
    );
}

#[test]
fn people() {
    check(
        &[
            ("crew.csv", "user,name,line,present\na,,L1,yes\nb,B,L7,\n"),
            (
                "users.csv",
                "user,name,roles,line,pin\na,A,boss,,1234\nb,B,,,1234\nc,C,planner;;planner;king,,1234\n\
                 d,D,planner,,123\ne,E,planner,,12a4\nf,F,planner,L7,\n",
            ),
        ],
        &[
            "crew.csv:2:2: name: expected a name, found nothing",
            "crew.csv:3:3: line: there is no L7 in lines, and the plant has none",
            "users.csv:2:3: roles: expected roles among operator, inspector, storekeeper, planner, shift_lead, manager, \
             administrator, found \"boss\"",
            "users.csv:3:3: roles: expected at least one role among operator, inspector, storekeeper, planner, \
             shift_lead, manager, administrator, found nothing",
            "users.csv:4:3: roles: expected roles among operator, inspector, storekeeper, planner, shift_lead, manager, \
             administrator, found \"king\"",
            // What may be a PIN with a slip in it is not repeated.
            "users.csv:5:5: pin: expected 4 to 12 digits",
            "users.csv:6:5: pin: expected 4 to 12 digits",
            "users.csv:7:4: line: there is no L7 in lines, and the plant has none",
            "users.csv:7:5: pin: expected 4 to 12 digits, since the user is new, found nothing",
        ],
    );
}

#[test]
fn opening_stock() {
    check(
        &[(
            "balances.csv",
            "item,location,quantity,lot\nM,S1,5,\nR,S1,,\nR,nowhere,1,\nnothing,S1,1,\nR,@supplier,1,\nR,B1,0.5,\n\
             R,F1,-1,\nW,S1,1,a\nW,S1,2,a\n",
        )],
        &[
            "balances.csv:2:1: item: M at S1 has stock in the books already; opening stock is for new ones, use a count",
            "balances.csv:3:3: quantity: expected a decimal number such as 12.5, found nothing",
            "balances.csv:4:2: location: there is no nowhere in locations, and the plant has none",
            "balances.csv:5:1: item: there is no nothing in items, and the plant has none",
            "balances.csv:6:2: location: expected a physical location, found \"@supplier\"",
            "balances.csv:7:3: quantity: expected at most 0 decimals, as the item has, found \"0.5\"",
            "balances.csv:8:3: quantity: expected a number that is not below zero, found \"-1\"",
            "balances.csv:10:1: item: this item at this location and of this lot stands at balances.csv:9 already",
        ],
    );
}

#[test]
fn mappings() {
    let table = |table: &str, columns: &str| {
        format!("[[table]]\nfile = \"foreign.csv\"\ntable = \"{table}\"\ncolumns = {{ {columns} }}\n")
    };
    let foreign = [("foreign.csv", "Nr,Bezeichnung,Menge\nA,Name,3\n")];
    let case = |text: &str, expected: &str| check_as(&foreign, Some(text), &[expected]);
    case(
        &table("stuff", "id = \"{Nr}\""),
        "mapping:1:1: expected one of the tables items, boms, routings, lines, locations, equipment, moulds, crew, \
         users, balances, purchase-orders, sales-orders, found \"stuff\"",
    );
    case(&table("items", "id = \"{Nr}\""), "mapping:1:1: foreign.csv as items: the column name of items is missing");
    case(
        &table("items", "id = \"{Nummer}\", name = \"{Bezeichnung}\""),
        "mapping:1:1: foreign.csv as items: id: expected one of the file's columns \"Nr\", \"Bezeichnung\", \"Menge\", \
         found \"Nummer\"",
    );
    case(
        &table("items", "id = \"{Nr\", name = \"{Bezeichnung}\""),
        "mapping:1:1: foreign.csv as items: id: expected a } behind {Nr",
    );
    case(
        &table("items", "id = \"{Nr}\", name = \"{Bezeichnung}\", colour = \"red\""),
        "mapping:1:1: foreign.csv as items: expected one of the columns id, name, unit, scale, kind, barcode, tracking, shelf_life_days, units, minimum of items, \
         found \"colour\"",
    );
    case(
        &format!("{}count = [\"scale\"]\n", table("items", "id = \"{Nr}\", name = \"{Bezeichnung}\"")),
        "mapping:1:1: foreign.csv as items: scale has values or a count, and does not stand under columns",
    );
    let other = table("items", "id = \"{Nr}\", name = \"{Bezeichnung}\"").replace("foreign.csv", "other.csv");
    check_as(
        &foreign,
        Some(&other),
        &[
            "foreign.csv:1:1: expected a file named after one of the tables items, boms, routings, lines, locations, \
             equipment, moulds, crew, users, balances, purchase-orders, sales-orders, or an entry of the mapping",
            "mapping:1:1: the file \"other.csv\" is not among those to import",
        ],
    );
}

#[test]
fn a_mistake_in_a_foreign_file_is_told_by_its_own_column() {
    let as_takt = "[[table]]\nfile = \"foreign.csv\"\ntable = \"items\"\n\
                   columns = { id = \"{Nr}\", name = \"{Bezeichnung}\", scale = \"{Stellen}\" }\n";
    check_as(
        &[("foreign.csv", "Nr,Bezeichnung,Stellen\nA,Name,viele\n")],
        Some(as_takt),
        &["foreign.csv:2:3: Stellen (scale): expected a whole number from 0 to 9, found \"viele\""],
    );
}

#[test]
fn more_mistakes_than_anybody_reads_are_counted() {
    let rows: String = (0..250).map(|n| format!("A{n},\n")).collect();
    let plant = Plant::new();
    let errors = plant.import(&[("items.csv".into(), format!("id,name\n{rows}"))], None).unwrap_err();
    assert_eq!(errors.len(), 200);
    assert!(errors[199].ends_with("; and 50 more errors"), "{}", errors[199]);
}
