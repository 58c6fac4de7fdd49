//! Photos: kept whole beside the records, never changed, and read one at a time.

use serde::{Deserialize, Serialize};

use crate::plant::PlantNumber;

/// A photo as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Whose.
    pub plant: PlantNumber,
    /// Which.
    pub id: String,
    /// Such as `image/jpeg`.
    pub media_type: String,
    /// The file in base64.
    pub data: String,
    /// Who took it.
    pub user: String,
    /// When it came.
    pub at_ms: i64,
}
