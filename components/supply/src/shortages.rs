//! `GET /api/v1/shortages?orders=&until=` and the same as CSV: what open orders lack, over all levels.

use jiff::civil::Date;
use takt_api::supply::Shortages;
use takt_domain::id::OrderId;
use takt_domain::shortage::Row;
use takt_domain::text::Lang;
use takt_records::export::{Cell, write_line};
use takt_records::shortages;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, file, json};

/// `GET /api/v1/shortages`
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    json(200, &found(store, call).await?)
}

async fn found<S: Store>(store: &S, call: &Call) -> Result<Shortages, Failure> {
    call.only_params(&["orders", "until"])?;
    let orders = call.params("orders").into_iter().map(|id| {
        id.parse::<OrderId>().map_err(|_| Failure::field("orders", format!("{id} is no number of an order")))
    });
    let orders = orders.collect::<Result<Vec<_>, _>>()?;
    let until = call
        .param("until")
        .map(|text| text.parse::<Date>().map_err(|_| Failure::field("until", "expected a day such as 2026-09-30")));
    Ok(shortages::shortages(store, call.caller()?, &orders, until.transpose()?).await?)
}

/// `GET /api/v1/shortages.csv`: one line for each item.
pub(crate) async fn csv<S: Store>(store: &S, call: &Call) -> Outcome {
    let found = found(store, call).await?;
    let titles = match call.lang {
        Lang::Zh => {
            ["物料", "名称", "单位", "层级", "自制", "需求", "可用", "在制", "待制", "在途", "到货", "缺料", "等料工单"]
        }
        Lang::En => [
            "Item",
            "Name",
            "Unit",
            "Level",
            "Made here",
            "Need",
            "Available",
            "In production",
            "To make",
            "Coming",
            "When",
            "Short",
            "Orders waiting",
        ],
    };
    let mut text = String::new();
    write_line(&mut text, &titles.map(|title| Cell::Plain(title.to_owned())));
    for row in &found.rows {
        write_line(&mut text, &cells(row, call.lang));
    }
    file("shortages.csv", "text/csv; charset=utf-8", text.into_bytes())
}

fn cells(row: &Row, lang: Lang) -> Vec<Cell> {
    let scale = row.need.scale();
    let coming: i64 = row.coming.iter().map(|one| one.quantity.units()).sum();
    let when = row.coming.iter().map(|one| {
        let due = one.due.map_or_else(|| "-".to_owned(), |due| due.to_string());
        format!("{due} {} {}", one.quantity, one.document)
    });
    let waiting = row.waiting.iter().map(|one| one.order.to_string());
    let plain = |quantity: takt_domain::quantity::Quantity| Cell::Plain(quantity.to_string());
    vec![
        Cell::Text(row.item.to_string()),
        Cell::Text(row.name.clone()),
        Cell::Text(row.unit.clone()),
        Cell::Plain(row.level.to_string()),
        Cell::Plain(if row.made { lang.pick("是", "yes") } else { lang.pick("否", "no") }.to_owned()),
        plain(row.need),
        plain(row.available),
        plain(row.making),
        plain(row.to_make),
        plain(takt_domain::quantity::Quantity::from_units(coming, scale)),
        Cell::Text(when.collect::<Vec<_>>().join("; ")),
        plain(row.short),
        Cell::Text(waiting.collect::<Vec<_>>().join("; ")),
    ]
}
