//! A list as the office's own system would send it each night: most of it agrees, and each cause of a difference is there.

use serde_json::json;
use takt_api::Page;
use takt_api::comparison::{Comparison, ListFormat, ListMapping, NamedMapping, OpenComparison};
use takt_api::stock::ItemStock;
use takt_domain::quantity::Quantity;

use crate::plant::Plant;

const NAME: &str = "erp-nightly";

/// Keeps a mapping and compares one list with it. A demo that was interrupted does it once all the same.
pub(super) fn make(storekeeper: &Plant) -> anyhow::Result<()> {
    let mapping = ListMapping {
        columns: [("item", "物料编码"), ("quantity", "账面数量")]
            .map(|(ours, theirs)| (ours.into(), theirs.into()))
            .into(),
        format: ListFormat::Json,
        alert_over_percent: Some(25),
    };
    let path = format!("/api/v1/comparison-mappings/{NAME}");
    let _kept: NamedMapping = storekeeper.write_once("demo-comparison-mapping", "PUT", &path, &mapping)?;
    let stock: Page<ItemStock> = storekeeper.get("/api/v1/stock?limit=200")?;
    let row = |item: &str, quantity: Quantity| json!({"物料编码": item, "账面数量": quantity});
    let mut rows = Vec::new();
    for (n, item) in stock.rows.iter().filter(|item| item.on_hand.is_positive()).enumerate() {
        let quantity = match n % 16 {
            7 => continue,
            11 => Quantity::from_units(item.on_hand.units() + 3, item.on_hand.scale()),
            _ => item.on_hand,
        };
        rows.push(row(item.item.as_str(), quantity));
    }
    rows.push(row("OLD-BRACKET", Quantity::from_units(12, 0)));
    let open = OpenComparison {
        source: "ERP 夜间清单.json".into(),
        mapping_name: Some(NAME.into()),
        text: Some(serde_json::to_string(&rows)?),
        ..OpenComparison::default()
    };
    let _done: Comparison = storekeeper.write_once("demo-comparison", "POST", "/api/v1/comparisons", &open)?;
    Ok(())
}
