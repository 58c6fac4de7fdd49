//! What goes into each call and comes out of it.

mod archive;
mod counts;
mod quality;
mod supply;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};
use takt_domain::approval::Delegation;
use takt_domain::master::{CrewMember, Equipment, Item, Mould};

use crate::bulk::{Bulk, BulkAnswer, BulkBom, BulkItem};
use crate::problem::ProblemType;
use crate::route::Route;
use crate::{
    Page, audit, comparison, conflict, doctor, flows, forms, host, identity, import, insight, lifecycle, lots,
    machines, master, operations, orders, production, reports, schedule, stock, trace, watch, webhooks,
};

/// A parameter of the query, with what it means.
type Query = &'static [(&'static str, &'static str)];

/// What labels are printed of, and how.
const LABELS: Query = &[
    ("of", "`item`, `location`, `order` or `badge`."),
    ("id", "The number or the user; may be repeated, at most 50 times."),
    ("lot", "The lot of an item."),
    ("quantity", "How much of an item is in what it is stuck on."),
    ("expiry", "The last day on which it may be used."),
    ("copies", "How many of each, 1 to 200; 1 when it is left out."),
    (
        "batch",
        "8 to 64 letters, digits and hyphens that the caller drew: each label of an item gets an id that follows from it, so that what was booked with one is not booked again. The same batch gives the same labels.",
    ),
    ("format", "`pdf`, which is so when it is left out, or `zpl`, which is answered as `text/plain`."),
    ("size", "Width and height in millimetres, 25 to 200, for instance `60x40`; `100x60` when it is left out."),
    ("paper", "Of a PDF: `roll`, a page for each, which is so when it is left out, or `a4`."),
    ("dpi", "Of ZPL: `203`, which is so when it is left out, or `300`."),
    ("font", "Of ZPL: the file of a font with Chinese characters in the printer; `E:SIMSUN.TTF` when it is left out."),
];

const FIRST_DAY: (&str, &str) = ("from", "The first day; a month in all when it is left out.");
const LAST_DAY: (&str, &str) = ("to", "The last day, at most 92 days in all; today when it is left out.");
const AFTER: (&str, &str) = ("after", "The cursor that the page before gave as `next`.");
const LIMIT: (&str, &str) = ("limit", "The most rows of the page.");

const Q: (&str, &str) = ("q", "Part of what can be searched in it, the plant's own fields too.");
const FIELD: (&str, &str) = ("field", "`name:value` of one of the plant's own fields; may be repeated.");
const COLUMNS: (&str, &str) =
    ("columns", "Other columns than those that the plant chose, by name and separated by commas.");
const BOM: (&str, &str) = ("bom", "`true`: begins with a byte order mark, which spreadsheet programs look for.");
const TRACED: [(&str, &str); 5] = [
    ("item", "The item of the lot; with `lot`, unless an order is named."),
    ("lot", "The lot."),
    ("order", "The work order, instead of item and lot."),
    ("direction", "`from`: where it came from; `used`: where it went; `both`, which is so when it is left out."),
    ("depth", "The most hops from the start, each way, 1 to 20; 20 when it is left out."),
];
const TRACE: Query = &TRACED;
const TRACE_CSV: Query = &[TRACED[0], TRACED[1], TRACED[2], TRACED[3], TRACED[4], BOM];
const CAUSE: (&str, &str) =
    ("cause", "Only with this cause: `missing_here`, `missing_there`, `timing` or `quantity`; may be repeated.");
const STATES: (&str, &str) = ("state", "Only orders in this state; may be repeated.");
const FROM: (&str, &str) = ("from", "The first moment, RFC 3339.");
const TO: (&str, &str) = ("to", "The moment after the last, RFC 3339.");
const PERIOD: (&str, &str) = ("period", "`hour`, `shift` or `day`; without it all of the time is one.");
const BY: (&str, &str) = ("by", "What is told apart; may be repeated.");
const LINE: (&str, &str) = ("line", "Only of this line.");
const ITEM: (&str, &str) = ("item", "Only of this item.");
const OPERATOR: (&str, &str) = ("operator", "Only of this operator.");
const OPERATION: (&str, &str) = ("operation", "Only of this operation.");
const SHIFT: (&str, &str) = ("shift", "Only of the shift of this name.");
const REASON: (&str, &str) = ("reason", "Only for this reason.");
const ORDER: (&str, &str) = ("order", "Only of this order.");
const STATE: (&str, &str) = ("state", "Only of this state.");
const PRODUCED: Query = &[FROM, TO, PERIOD, BY, LINE, ITEM, OPERATOR, OPERATION, SHIFT, AFTER, LIMIT];
const SCRAPPED: Query = &[FROM, TO, PERIOD, BY, LINE, ITEM, OPERATOR, OPERATION, SHIFT, REASON, AFTER, LIMIT];
const STATE_TIMES: Query = &[FROM, TO, PERIOD, BY, LINE, ITEM, ORDER, STATE, AFTER, LIMIT];
const CYCLE_TIMES: Query = &[FROM, TO, PERIOD, BY, LINE, ITEM, ORDER, AFTER, LIMIT];
const LIFECYCLE: Query = &[
    FROM,
    TO,
    ("by", "What is told apart beside the state: `item`, `line` or `month`."),
    LINE,
    ITEM,
    ("less", "What if these states had so many percent less of their waiting: `STATE:PERCENT,...`."),
];

/// What travels in one call.
pub(super) struct Body {
    /// The schema of the request.
    pub(super) request: Option<Value>,
    /// The statuses of a success.
    pub(super) statuses: &'static [u16],
    /// The schema of the answer.
    pub(super) response: Value,
    /// The media type of the answer.
    pub(super) media: &'static str,
    pub(super) query: Query,
    pub(super) required_query: &'static [&'static str],
    /// It changes nothing, so what is JSON answers 304 where nothing has changed.
    pub(super) is_question: bool,
    /// It answers while the store does not.
    pub(super) is_without_store: bool,
    pub(super) more_problems: &'static [ProblemType],
}

impl Body {
    /// True for an answer whose ETag may be named in `If-None-Match`.
    pub(super) fn has_version(&self) -> bool {
        self.is_question && self.media == "application/json"
    }
}

/// A call that may be refused for what is so in the plant.
fn refusable(body: Body) -> Body {
    Body { more_problems: &[ProblemType::Refused], ..body }
}

struct Make<'g>(&'g mut SchemaGenerator);

impl Make<'_> {
    fn schema<T: JsonSchema>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }

    fn read<A: JsonSchema>(&mut self, query: Query) -> Body {
        Body {
            request: None,
            statuses: &[200],
            response: self.schema::<A>(),
            media: "application/json",
            query,
            required_query: &[],
            is_question: true,
            is_without_store: false,
            more_problems: &[],
        }
    }

    /// A list as text, in pieces; the header `takt-next` is the cursor of the next one.
    fn csv(&mut self, query: Query) -> Body {
        Body { media: "text/csv", response: json!({"type": "string"}), ..self.read::<()>(query) }
    }

    fn write<R: JsonSchema, A: JsonSchema>(&mut self, statuses: &'static [u16]) -> Body {
        let request = Some(self.schema::<R>());
        Body { request, statuses, is_question: false, ..self.read::<A>(&[]) }
    }
}

/// What travels in this call. Every route has its line here, which a test checks.
pub(super) fn body_of(route: &Route, generator: &mut SchemaGenerator) -> Body {
    let mut make = Make(generator);
    match route.name {
        "signIn" => Body {
            more_problems: &[ProblemType::WrongPin, ProblemType::Locked, ProblemType::Forbidden],
            ..make.write::<identity::SignIn, identity::Session>(&[201])
        },
        "getSession" => make.read::<identity::Session>(&[]),
        "createSignature" => Body {
            more_problems: &[ProblemType::WrongPin, ProblemType::Locked],
            ..make.write::<identity::Sign, identity::SignatureTicket>(&[201])
        },
        "signOut" => Body { response: json!({"type": "object"}), ..make.read::<()>(&[]) },
        "listDevices" => make.read::<Page<identity::Device>>(&[
            ("q", "Part of its own name, its user or its browser."),
            AFTER,
            LIMIT,
        ]),
        "putDevice" => make.write::<identity::PutDevice, identity::Device>(&[200]),
        "listUsers" => make.read::<Page<identity::User>>(&[("q", "Part of a name."), AFTER, LIMIT]),
        "listPeople" => make.read::<Page<takt_domain::why::Person>>(&[AFTER, LIMIT]),
        "putUser" => make.write::<identity::PutUser, identity::User>(&[200, 201]),
        "getPlant" => make.read::<master::PlantDetail>(&[]),
        "putPlant" => make.write::<master::PutPlant, master::PutPlant>(&[200]),
        "listItems" => make.read::<Page<Item>>(&[
            ("q", "Part of a number, a name, a barcode, or one of the plant's own fields."),
            FIELD,
            AFTER,
            LIMIT,
        ]),
        "getItem" => make.read::<master::ItemDetail>(&[]),
        "putEquipmentStatus" => make.write::<master::PutEquipmentStatus, Equipment>(&[200]),
        "putMouldStatus" => make.write::<master::PutMouldStatus, Mould>(&[200]),
        "putPresence" => make.write::<master::PutPresence, master::Presence>(&[200]),
        "openImport" => make.write::<import::OpenImport, import::OpenedImport>(&[201]),
        "putImportPart" => make.write::<import::PutPart, import::StagedPart>(&[200]),
        "publishImport" => refusable(make.write::<import::Publish, import::Imported>(&[200])),
        "live" | "ready" => Body { is_without_store: true, ..make.read::<master::Health>(&[]) },
        "openapi" => Body {
            is_without_store: true,
            response: json!({"type": "object", "description": "This document."}),
            ..make.read::<()>(&[])
        },
        "listOrders" => make.read::<Page<orders::OrderRow>>(&[
            ("state", "Only orders in this state."),
            ("open", "Only orders that are not over, whatever it says."),
            ("line", "Only orders of this line."),
            ("q", "Part of a number, an item, a customer, or one of the plant's own fields."),
            FIELD,
            AFTER,
            LIMIT,
        ]),
        "createOrder" => make.write::<orders::CreateOrder, orders::OrderAnswer>(&[201]),
        "getOrder" => refusable(make.read::<orders::OrderDetail>(&[])),
        "takeAction" => make.write::<orders::TakeAction, orders::OrderAnswer>(&[200]),
        "getBoard" => make.read::<orders::Board>(&[("line", "Only orders of this line.")]),
        "listStock" => make.read::<Page<stock::ItemStock>>(&[
            ("q", "Part of a number, a name or a barcode."),
            ("location", "Only what stands here."),
            AFTER,
            LIMIT,
        ]),
        "getStock" => make
            .read::<stock::ItemStock>(&[("location", "Only what stands here."), ("lot", "Only what is of this lot.")]),
        "pickStock" => Body {
            required_query: &["quantity"],
            ..make.read::<stock::PickProposal>(&[
                ("quantity", "How much, in the item's own unit."),
                ("location", "Only what stands here."),
            ])
        },
        "listMovements" => refusable(make.read::<Page<stock::Movement>>(&[
            ("item", "Only of this item."),
            ("location", "Only from or to this location."),
            ("lot", "Only of this lot."),
            ("order", "Only for this order."),
            ("movement", "Only of this movement."),
            ("kind", "Only of this kind; may be repeated."),
            ("direction", "`newest_first`, which is so when it is left out, or `oldest_first`."),
            AFTER,
            LIMIT,
        ])),
        "getTrace" => Body { more_problems: &[ProblemType::NotFound], ..make.read::<trace::Trace>(TRACE) },
        "exportTrace" => Body { more_problems: &[ProblemType::NotFound], ..make.csv(TRACE_CSV) },
        "createMovement" => Body {
            more_problems: &[ProblemType::EntryConflict],
            ..make.write::<stock::CreateMovement, stock::MovementAnswer>(&[201])
        },
        "printLabels" => Body {
            media: "application/pdf",
            response: json!({"type": "string", "format": "binary"}),
            required_query: &["of", "id"],
            more_problems: &[ProblemType::NotFound],
            ..make.read::<()>(LABELS)
        },
        "listLots" => make.read::<Page<lots::LotRow>>(&[
            ("item", "Only of this item."),
            ("state", "Only in this state: `free`, `quarantine` or `blocked`; may be repeated."),
            ("expires_before", "Only what expires before this day."),
            ("q", "Part of an item, a lot or a supplier's lot."),
            AFTER,
            LIMIT,
        ]),
        "getLot" => make.read::<lots::LotDetail>(&[]),
        "setLotState" => make.write::<lots::SetLotState, lots::LotAnswer>(&[200]),
        "setLotExpiry" => make.write::<lots::SetLotExpiry, lots::LotAnswer>(&[200]),
        "splitLot" => make.write::<lots::SplitLot, lots::LotAnswer>(&[201]),
        "mergeLots" => make.write::<lots::MergeLots, lots::LotAnswer>(&[201]),
        "getLotSettings" => make.read::<lots::LotSettings>(&[]),
        "putLotSettings" => make.write::<lots::LotSettings, lots::LotSettings>(&[200]),
        "listConflicts" => make.read::<Page<conflict::EntryConflict>>(&[
            ("state", "Only in this state: `open`, `same` or `both`; may be repeated."),
            ("q", "Part of a document, an item or a user."),
            AFTER,
            LIMIT,
        ]),
        "settleConflict" => Body {
            more_problems: &[ProblemType::Refused],
            ..make.write::<conflict::SettleConflict, conflict::EntryConflict>(&[200])
        },
        "reverseMovement" => refusable(make.write::<reports::Reverse, reports::Reversed>(&[200])),
        "audit" => make.read::<stock::Audit>(&[AFTER]),
        "auditChain" => make.read::<audit::ChainAudit>(&[AFTER]),
        "getChainHeads" => make.read::<audit::ChainHeads>(&[("days", "How many days, at most 400; 7 when left out.")]),
        "getAuditSchedule" => make.read::<audit::AuditState>(&[]),
        "putAuditSchedule" => make.write::<audit::AuditSchedule, audit::AuditSchedule>(&[200]),
        "listComparisons" => make.read::<Page<comparison::Comparison>>(&[Q, AFTER, LIMIT]),
        "openComparison" => make.write::<comparison::OpenComparison, comparison::Comparison>(&[201]),
        "getComparison" => make.read::<comparison::Comparison>(&[]),
        "putComparisonPart" => make.write::<comparison::PutListPart, comparison::ListPart>(&[200]),
        "runComparison" => Body {
            more_problems: &[ProblemType::Refused],
            ..make.write::<comparison::RunComparison, comparison::Comparison>(&[200])
        },
        "listComparedRows" => make.read::<Page<comparison::ComparedRow>>(&[CAUSE, AFTER, LIMIT]),
        "exportComparedRows" => make.csv(&[CAUSE, BOM, AFTER, LIMIT]),
        "getComparisonMappings" => make.read::<Page<comparison::NamedMapping>>(&[]),
        "putComparisonMapping" => make.write::<comparison::ListMapping, comparison::NamedMapping>(&[200]),
        "scan" => {
            Body { required_query: &["code"], ..make.read::<stock::Scanned>(&[("code", "What the scanner read.")]) }
        }
        "listReports" => refusable(make.read::<Page<reports::Report>>(&[
            ("order", "The order; needed where nothing else is looked for."),
            Q,
            FIELD,
            AFTER,
            LIMIT,
        ])),
        "createReport" => make.write::<reports::CreateReport, reports::Report>(&[201, 202]),
        "getReport" => make.read::<reports::Report>(&[]),
        "reverseReport" => refusable(make.write::<reports::Reverse, reports::Reversed>(&[200])),
        "getOutput" | "getYield" => make.read::<insight::Statistics<insight::OutputRow>>(PRODUCED),
        "getScrap" => make.read::<insight::Statistics<insight::ScrapRow>>(SCRAPPED),
        "getStateTimes" => make.read::<insight::Statistics<insight::StateTimeRow>>(STATE_TIMES),
        "getCycleTimes" => make.read::<insight::Statistics<insight::CycleTimeRow>>(CYCLE_TIMES),
        "getRequests" => make.read::<insight::Statistics<insight::RequestRow>>(&[
            FROM,
            TO,
            PERIOD,
            SHIFT,
            ("kind", "Only events of this type."),
            AFTER,
            LIMIT,
        ]),
        "getProduction" => make.read::<production::Production>(&[
            FIRST_DAY,
            LAST_DAY,
            ("line", "Only of this line."),
            ("item", "Only of this item."),
            ("unit", "What pieces are counted in; what most rows are counted in when it is left out."),
        ]),
        "getPeaks" => make.read::<production::Peaks>(&[
            FIRST_DAY,
            LAST_DAY,
            ("kind", "Only events of this type, such as `order.reported.v1`."),
        ]),
        "getOrderCounts" => make.read::<insight::Statistics<insight::OrderCountRow>>(&[
            ("line", "Only of this line."),
            ("state", "Only in this state."),
            AFTER,
            LIMIT,
        ]),
        "getRollups" => make.read::<insight::Rollups>(&[]),
        "rebuildRollups" => make.write::<insight::RebuildRollups, insight::RollupRebuild>(&[200]),
        "getQueue" => make.read::<operations::QueueState>(&[]),
        "listDeadLetters" => make.read::<Page<operations::DeadLetter>>(&[AFTER, LIMIT]),
        "replayDeadLetter" => make.write::<operations::Replay, operations::Replayed>(&[200]),
        "getDegradation" => make.read::<operations::Degradation>(&[]),
        "putDegradation" => make.write::<operations::Degradation, operations::Degradation>(&[200]),
        "getWhy" => refusable(make.read::<takt_domain::why::Why>(&[])),
        "bulkItems" => make.write::<Bulk<BulkItem>, BulkAnswer>(&[200]),
        "bulkBoms" => make.write::<Bulk<BulkBom>, BulkAnswer>(&[200]),
        "bulkOrders" => make.write::<Bulk<orders::CreateOrder>, BulkAnswer>(&[200]),
        "bulkMovements" => make.write::<Bulk<stock::CreateMovement>, BulkAnswer>(&[200]),
        "getMachines" => make.read::<Page<machines::Machine>>(&[]),
        "putMachine" => make.write::<machines::PutMachine, machines::Machine>(&[200]),
        "createMachineToken" => make.write::<machines::NewMachineToken, machines::MadeMachineToken>(&[201]),
        "endMachineToken" => Body { response: json!({"type": "object"}), ..make.read::<()>(&[]) },
        "getWebhooks" => make.read::<Page<webhooks::Webhook>>(&[]),
        "putWebhook" => make.write::<webhooks::PutWebhook, webhooks::Webhook>(&[200]),
        "removeWebhook" => Body { response: json!({"type": "object"}), ..make.read::<()>(&[]) },
        "rotateWebhookSecret" => make.write::<webhooks::Nothing, webhooks::Nothing>(&[200]),
        "getWebhookSecret" => make.read::<webhooks::WebhookSecret>(&[]),
        "testWebhook" => make.write::<webhooks::Nothing, webhooks::WebhookTest>(&[200]),
        "replayWebhook" => make.write::<webhooks::ReplayWebhook, webhooks::Webhook>(&[200]),
        "listDeliveries" => make.read::<Page<webhooks::Delivery>>(&[AFTER, LIMIT]),
        "listDeadDeliveries" => {
            make.read::<Page<webhooks::DeadDelivery>>(&[("state", "`open`, `replaying` or `delivered`."), AFTER, LIMIT])
        }
        "replayDeadDelivery" => make.write::<webhooks::Nothing, webhooks::DeadDelivery>(&[200]),
        "getContacts" => make.read::<Page<webhooks::Contact>>(&[]),
        "putContact" => make.write::<webhooks::PutContact, webhooks::Contact>(&[200]),
        "listAlerts" => make.read::<Page<watch::Alert>>(&[
            (
                "state",
                "Only in this state: `open`, `acknowledged` or `cleared`; may be repeated. Without it what is so now.",
            ),
            ("order", "Only of this order."),
            AFTER,
            LIMIT,
        ]),
        "acknowledgeAlert" => make.write::<watch::AcknowledgeAlert, watch::Alert>(&[200]),
        "getWatch" => make.read::<takt_domain::watch::WatchSettings>(&[]),
        "putWatch" => make.write::<takt_domain::watch::WatchSettings, takt_domain::watch::WatchSettings>(&[200]),
        "getMorning" => make.read::<watch::Morning>(&[LINE]),
        "getLifecycle" => make.read::<lifecycle::Lifecycle>(LIFECYCLE),
        "getLifecycleCsv" => {
            Body { media: "text/csv", response: json!({"type": "string"}), ..make.read::<()>(LIFECYCLE) }
        }
        "getLifecycleXlsx" => Body {
            media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            response: json!({"type": "string", "format": "binary"}),
            ..make.read::<()>(LIFECYCLE)
        },
        "listLifecycleMonths" => make.read::<Page<lifecycle::LifecycleMonth>>(&[AFTER, LIMIT]),
        "getHost" => make.read::<host::Host>(&[]),
        "getDoctor" => Body { is_without_store: true, ..make.read::<doctor::Doctor>(&[]) },
        "getFlows" => make.read::<flows::Flows>(&[]),
        "getFlow" => make.read::<flows::FlowDetail>(&[("version", "This version; the latest when left out.")]),
        "putFlowDraft" => make.write::<flows::PutDraft, flows::DraftDetail>(&[200]),
        "publishFlow" => make.write::<flows::PublishFlow, takt_domain::flow::FlowRef>(&[201]),
        "putFlowDefault" => make.write::<flows::PutFlowDefault, flows::PutFlowDefault>(&[200]),
        "moveOrders" => make.write::<flows::MoveOrders, flows::MovedOrders>(&[200]),
        "signApproval" => make.write::<flows::SignApproval, orders::OrderAnswer>(&[200]),
        "getApprovals" => make.read::<flows::WaitingApprovals>(&[]),
        "getDelegations" => make.read::<flows::Delegations>(&[]),
        "putDelegation" => make.write::<flows::PutDelegation, Delegation>(&[200]),
        "endDelegation" => make.read::<Delegation>(&[]),
        "getForms" => make.read::<forms::Forms>(&[]),
        "putForm" => refusable(make.write::<forms::PutForm, forms::FormState>(&[200])),
        "putColumns" => Body {
            more_problems: &[ProblemType::Refused],
            ..make.write::<forms::PutColumns, forms::ColumnsState>(&[200])
        },
        "putOrderCustom" | "putOperationCustom" | "putItemCustom" => {
            make.write::<forms::PutCustom, forms::CustomState>(&[200])
        }
        "putItemUnits" => make.write::<master::ItemUnits, master::ItemUnits>(&[200]),
        "putItemMinimum" => make.write::<master::ItemMinimum, master::ItemMinimum>(&[200]),
        "exportOrders" => make.csv(&[STATES, LINE, Q, FIELD, COLUMNS, BOM, AFTER, LIMIT]),
        "exportReports" => make.csv(&[ORDER, FROM, TO, Q, FIELD, COLUMNS, BOM, AFTER, LIMIT]),
        "exportItems" => make.csv(&[Q, FIELD, COLUMNS, BOM, AFTER, LIMIT]),
        "putCrew" => make.write::<master::PutCrew, CrewMember>(&[200]),
        "scanBadge" => make.write::<master::ScanBadge, master::Presence>(&[200]),
        "takeStep" => make.write::<orders::TakeStep, orders::OrderAnswer>(&[200]),
        "getSchedule" => make.read::<schedule::Schedule>(&[FROM, TO, LINE]),
        "planSchedule" => make.write::<schedule::PlanSchedule, schedule::Planned>(&[200]),
        "putOperationPlan" => Body {
            more_problems: &[ProblemType::Refused],
            ..make.write::<schedule::PutOperationPlan, schedule::Planned>(&[200])
        },
        "splitOrder" => Body {
            more_problems: &[ProblemType::Refused],
            ..make.write::<orders::SplitOrder, orders::SplitAnswer>(&[201])
        },
        "mergeOrders" => Body {
            more_problems: &[ProblemType::Refused],
            ..make.write::<orders::MergeOrders, orders::OrderAnswer>(&[200])
        },
        other => quality::body_of(other, &mut make)
            .or_else(|| supply::body_of(other, &mut make))
            .or_else(|| counts::body_of(other, &mut make))
            .or_else(|| archive::body_of(other, &mut make))
            .unwrap_or_else(|| undescribed(other, &mut make)),
    }
}

/// A route without a line above: its operation would say nothing, and the test that keeps the document fails on it.
fn undescribed(name: &str, make: &mut Make<'_>) -> Body {
    Body { statuses: &[], response: json!({"description": format!("{name} is not described")}), ..make.read::<()>(&[]) }
}
