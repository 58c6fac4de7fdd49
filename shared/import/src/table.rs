//! The tables that an import knows, with their columns.

/// One column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// A file without it cannot be read. A column that is not required may be left out or empty.
    pub required: bool,
}

const fn must(name: &'static str) -> Column {
    Column { name, required: true }
}

const fn may(name: &'static str) -> Column {
    Column { name, required: false }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, [$($column:expr),*];)*) => {
        /// One of the tables.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Table { $($(#[$doc])* $variant,)* }

        impl Table {
            /// Every table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name; the file `NAME.csv` is read as this table.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its columns. The first ones tell its rows apart.
            pub fn columns(self) -> &'static [Column] {
                match self { $(Self::$variant => const { &[$($column),*] },)* }
            }
        }
    };
}

tables! {
    /// What is bought, made and sold.
    Items = "items", [must("id"), must("name"), may("unit"), may("scale"), may("kind"), may("barcode"),
        may("tracking"), may("shelf_life_days"), may("units"), may("minimum")];
    /// Bills of material, one line each.
    Boms = "boms", [must("parent"), must("component"), must("quantity"), may("operation"), may("optional"), may("phantom"), may("note")];
    /// How items are made, one operation each.
    Routings = "routings", [must("item"), must("operation"), must("name"), may("released"), may("tolerance_percent"), may("equipment"), may("mould"), may("crew_min"), may("standard_s"), may("way"), may("qualification"), may("supplier"), may("makes"), may("workshop")];
    /// Production lines.
    Lines = "lines", [must("id"), must("name")];
    /// Physical places.
    Locations = "locations", [must("id"), must("name"), must("kind"), may("line")];
    /// Machines and stations.
    Equipment = "equipment", [must("id"), must("name"), may("line"), may("status"), may("exclusive"), may("calibrated_until")];
    /// Moulds and tools.
    Moulds = "moulds", [must("id"), must("name"), may("usable"), may("shots"), may("shots_max"), may("cavities")];
    /// Who works at which line.
    Crew = "crew", [must("user"), must("name"), may("line"), may("present"), may("badge"), may("qualifications")];
    /// Who may sign in.
    Users = "users", [must("user"), must("name"), must("roles"), may("line"), may("pin")];
    /// Stock when Takt begins.
    Balances = "balances", [must("item"), must("location"), must("quantity"), may("lot"), may("expires")];
    /// What was ordered from suppliers, one line each.
    PurchaseOrders = "purchase-orders", [must("document"), must("line"), must("partner"), must("item"), must("quantity"), may("due"), may("tolerance_percent"), may("note")];
    /// What customers ordered, one line each.
    SalesOrders = "sales-orders", [must("document"), must("line"), must("partner"), must("item"), must("quantity"), may("due"), may("tolerance_percent"), may("note")];
}

impl Table {
    /// The table of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|table| table.name() == name)
    }

    /// The table that a file of this name holds when no mapping says otherwise.
    pub fn of_file(file: &str) -> Option<Self> {
        let lower = file.to_lowercase();
        Self::from_name(lower.strip_suffix(".csv")?)
    }

    /// Where a column stands among the table's.
    pub(crate) fn index(self, column: &str) -> Option<usize> {
        self.columns().iter().position(|known| known.name == column)
    }

    /// True for a column of the plant's own: `custom.` and the id of a field. Only items have such.
    pub(crate) fn is_custom(self, column: &str) -> bool {
        self == Self::Items && column.strip_prefix("custom.").is_some_and(|id| !id.is_empty())
    }

    /// The names of the columns, for messages.
    pub(crate) fn column_names(self) -> String {
        let names: Vec<_> = self.columns().iter().map(|column| column.name).collect();
        names.join(", ")
    }

    /// The names of all tables, for messages.
    pub(crate) fn names() -> String {
        let names: Vec<_> = Self::ALL.iter().map(|table| table.name()).collect();
        names.join(", ")
    }
}
