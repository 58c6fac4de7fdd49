//! What orders cost, for finance: `GET /api/v1/costs` and the same as CSV, and the standard prices behind it.

use jiff::civil::Date;
use takt_api::Page;
use takt_api::problem::ProblemType;
use takt_api::supply::{ItemPrice, PutPrice};
use takt_domain::cost::OrderCost;
use takt_domain::id::ItemId;
use takt_domain::order::Order;
use takt_domain::quantity::Quantity;
use takt_domain::text::Lang;
use takt_records::caller::Caller;
use takt_records::command::{first_plant, put_price};
use takt_records::costs::{self, Price};
use takt_records::export::{Cell, write_line};
use takt_records::keep::kind;
use takt_records::{calendar, supply};
use takt_store::{ListFilter, Load, PageRequest, Record, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, file, json};

/// The most orders of one page: each of them is added up from its postings.
const ORDERS_MAX: usize = 50;

/// The most orders that one answer looks through for those that were completed in time.
const LOOKED_AT_MAX: usize = 2000;

/// The days of completion that are asked for.
struct Days {
    from: Option<Date>,
    to: Option<Date>,
}

impl Days {
    fn of(call: &Call) -> Result<Self, Failure> {
        let day = |name: &str| {
            let text = call.param(name).map(|text| {
                text.parse::<Date>().map_err(|_| Failure::field(name, "expected a day such as 2026-09-30"))
            });
            text.transpose()
        };
        Ok(Self { from: day("from")?, to: day("to")? })
    }

    fn take(&self, day: Option<Date>) -> bool {
        match day {
            None => self.from.is_none() && self.to.is_none(),
            Some(day) => self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to),
        }
    }
}

/// Orders that were completed on these days of the plant, both included; all of them where no day is named.
async fn found<S: Store>(store: &S, call: &Call, most: usize) -> Result<Page<OrderCost>, Failure> {
    let caller = call.caller()?;
    let days = Days::of(call)?;
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state: call.params("state"), q: text("q"), ..ListFilter::default() };
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    let plant = store.load(&load).await?.plant.unwrap_or_else(|| first_plant(caller.now_ms()));
    let calendar = calendar::of(&plant);
    let mut page = PageRequest { after: text("after"), limit: most as u32 };
    let mut chosen: Vec<Record> = Vec::new();
    let mut looked_at = 0;
    loop {
        // One at most as many as are missing, so that the cursor is behind the last one that is told.
        page.limit = (most - chosen.len()) as u32;
        let found = store.list(caller.plant, kind::ORDER, &filter, &page).await?;
        looked_at += found.items.len();
        for record in found.items {
            let order: Order = record.parse()?;
            if days.take(order.completed.as_ref().map(|mark| calendar.day_of(mark.at))) {
                chosen.push(record);
            }
        }
        page.after = found.next;
        if page.after.is_none() || chosen.len() >= most || looked_at >= LOOKED_AT_MAX {
            break;
        }
    }
    let mut rows = Vec::with_capacity(chosen.len());
    for record in &chosen {
        rows.push(costs::of_record(store, caller, record).await?);
    }
    Ok(Page { rows, next: page.after })
}

/// `GET /api/v1/costs?from=&to=&state=&q=&after=&limit=`
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["from", "to", "state", "q", "after", "limit"])?;
    let most = call.limit()?.min(ORDERS_MAX);
    json(200, &found(store, call, most).await?)
}

/// `GET /api/v1/costs.csv?from=&to=&state=&q=&after=&limit=`: a line for each material and operation of each order.
pub(crate) async fn csv<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["from", "to", "state", "q", "after", "limit"])?;
    let most = call.limit()?.min(ORDERS_MAX);
    let page = found(store, call, most).await?;
    let titles = match call.lang {
        Lang::Zh => [
            "工单",
            "产品",
            "良品",
            "类别",
            "物料或工序",
            "名称",
            "单位",
            "标准",
            "实际",
            "单价",
            "标准金额",
            "实际金额",
            "币种",
        ],
        Lang::En => [
            "Order",
            "Product",
            "Good",
            "Sort",
            "Item or operation",
            "Name",
            "Unit",
            "Standard",
            "Actual",
            "Price",
            "Standard amount",
            "Actual amount",
            "Currency",
        ],
    };
    let mut text = String::new();
    write_line(&mut text, &titles.map(|title| Cell::Plain(title.to_owned())));
    for row in &page.rows {
        lines(&mut text, row, call.lang);
    }
    let mut response = file("costs.csv", "text/csv; charset=utf-8", text.into_bytes())?;
    if let Some(next) = page.next.and_then(|next| http::HeaderValue::from_str(&next).ok()) {
        response.headers_mut().insert(takt_api::forms::NEXT_HEADER, next);
    }
    Ok(response)
}

fn lines(text: &mut String, row: &OrderCost, lang: Lang) {
    let amount = |amount: Option<Quantity>| Cell::Plain(amount.map_or_else(String::new, |amount| amount.to_string()));
    let mut line = |sort: &str, what: [&str; 3], standard: String, actual: String, money: [Option<Quantity>; 3]| {
        let mut cells = vec![
            Cell::Text(row.order.to_string()),
            Cell::Text(row.item.to_string()),
            Cell::Plain(row.good.to_string()),
            Cell::Plain(sort.to_owned()),
        ];
        cells.extend(what.map(|text| Cell::Text(text.to_owned())));
        cells.extend([Cell::Plain(standard), Cell::Plain(actual)]);
        cells.extend(money.map(amount));
        cells.push(Cell::Plain(row.currency.clone()));
        write_line(text, &cells);
    };
    for one in &row.materials {
        let what = [one.item.as_str(), one.name.as_str(), one.unit.as_str()];
        let money = [one.price, one.standard_cost, one.actual_cost];
        line(lang.pick("材料", "material"), what, one.standard.to_string(), one.actual.to_string(), money);
    }
    for one in &row.operations {
        let number = one.operation.to_string();
        let what = [number.as_str(), one.name.as_str(), "s"];
        let (standard, none) = (one.standard_s.to_string(), [None, None, None]);
        line(lang.pick("人工", "labour"), what, standard.clone(), one.labour_s.to_string(), none);
        line(lang.pick("机器", "machine"), what, standard, one.machine_s.to_string(), none);
    }
    for (sort, sum) in [
        (lang.pick("材料合计", "material, all"), &row.material),
        (lang.pick("人工合计", "labour, all"), &row.labour),
        (lang.pick("机器合计", "machine, all"), &row.machine),
        (lang.pick("合计", "all"), &row.total),
    ] {
        line(sort, ["", "", ""], String::new(), String::new(), [None, sum.standard, sum.actual]);
    }
}

/// `GET /api/v1/prices/{item}`
pub(crate) async fn price<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller: &Caller = call.caller()?;
    let item: ItemId = call.id(0)?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = [kind::ITEM, kind::PRICE].map(|kind| (kind.to_owned(), item.to_string())).to_vec();
    load.records.push(supply::settings_record());
    let loaded = store.load(&load).await?;
    if loaded.record(kind::ITEM, item.as_str()).is_none() {
        return Err(Failure::because(ProblemType::NotFound, item.to_string()));
    }
    let price = loaded.record(kind::PRICE, item.as_str()).map(|record| record.parse::<Price>()).transpose()?;
    let currency = supply::settings(&loaded)?.0.currency;
    json(200, &ItemPrice { item, price: price.and_then(|price| price.price), currency })
}

/// `PUT /api/v1/prices/{item}`
pub(crate) async fn put_price<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PutPrice = call.json()?;
    let item: ItemId = call.id(0)?;
    takt_web::failure::answer(&put_price::put_price(store, call.caller()?, &item, &given).await?)
}
