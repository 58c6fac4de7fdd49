//! Typed identifiers. People read and scan most of them, so they are the plant's own numbers; none is a bare string.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest identifier, in characters.
pub const ID_MAX: usize = 96;

/// Why a text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing is left of it.
    #[error("expected a number or name, found nothing")]
    Empty,
    /// Over [`ID_MAX`] characters.
    #[error("at most {ID_MAX} characters are allowed")]
    TooLong,
    /// Blank at an end, a control character, or the `@` that marks a virtual location.
    #[error("blanks at the ends, control characters and a leading @ are not allowed")]
    BadCharacter,
}

fn checked(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.chars().count() > ID_MAX {
        return Err(IdError::TooLong);
    }
    if text.trim() != text || text.starts_with('@') || text.chars().any(char::is_control) {
        return Err(IdError::BadCharacter);
    }
    Ok(())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                checked(text).map(|()| Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                checked(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// An item's number: material, semi-finished or finished.
    ItemId;
    /// A work order's number.
    OrderId;
    /// A user's sign-in name.
    UserId;
    /// A production line.
    LineId;
    /// A machine or station.
    EquipmentId;
    /// A mould or tool.
    MouldId;
    /// A lot or batch of an item.
    LotId;
    /// An exception's number.
    ExceptionId;
    /// A photo's id.
    PhotoId;
    /// An inspection plan.
    PlanId;
    /// An inspection by a plan.
    InspectionId;
    /// A nonconformance's number.
    NonconformanceId;
    /// A purchase order's or a sales order's number.
    DocumentId;
    /// A kanban loop.
    LoopId;
    /// A count's number.
    CountId;
}

/// Where stock stands: a place on the floor, or one of the virtual locations that the double entry needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct LocationId(String);

/// The virtual locations. They may go below zero; no physical one ever does.
pub const VIRTUAL_LOCATIONS: [&str; 7] =
    ["@supplier", "@customer", "@production", "@scrap", "@adjustment", "@shortage", "@lots"];

impl LocationId {
    /// Where receipts come from.
    pub fn supplier() -> Self {
        Self("@supplier".into())
    }

    /// Where shipments go.
    pub fn customer() -> Self {
        Self("@customer".into())
    }

    /// Where material is consumed and goods come from.
    pub fn production() -> Self {
        Self("@production".into())
    }

    /// Where what is thrown away goes.
    pub fn scrap() -> Self {
        Self("@scrap".into())
    }

    /// The other side of counts and opening balances.
    pub fn adjustment() -> Self {
        Self("@adjustment".into())
    }

    /// Where production draws what the books lack. Its balance is what is owed.
    pub fn shortage() -> Self {
        Self("@shortage".into())
    }

    /// Where stock of one lot becomes stock of another. Over all lots of an item its balance is zero.
    pub fn lots() -> Self {
        Self("@lots".into())
    }

    /// True for a virtual one, which has no floor under it.
    pub fn is_virtual(&self) -> bool {
        self.0.starts_with('@')
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LocationId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if !VIRTUAL_LOCATIONS.contains(&text) {
            checked(text)?;
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for LocationId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<LocationId> for String {
    fn from(id: LocationId) -> Self {
        id.0
    }
}

impl fmt::Display for LocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
