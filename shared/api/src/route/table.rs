//! The table itself: a row for each call, so that it can be read as one.

use takt_domain::permission::Permission::*;

use super::Access::{Decided, May, Public, SignedIn};
use super::Priority::{Board, Floor, Statistics};
use super::{Route, get, statistic, write};

/// Every call.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    Route { keyed: false, ..write("signIn", "POST", "/api/v1/session", "identity", Public, "Sign in with user and PIN.") },
    get("getSession", "/api/v1/session", "identity", SignedIn, Floor, "Who is signed in."),
    write("signOut", "DELETE", "/api/v1/session", "identity", SignedIn, "End the session."),
    get("listUsers", "/api/v1/users", "identity", May(UserManage), Board, "List users."),
    write("putUser", "PUT", "/api/v1/users/{user}", "identity", May(UserManage), "Make or change a user."),
    get("getPlant", "/api/v1/plant", "plant", May(MasterView), Floor, "The plant with its lines, locations, equipment, crew and products."),
    write("putPlant", "PUT", "/api/v1/plant", "plant", May(MasterImport), "Name the plant, its time zone and its shifts."),
    get("listItems", "/api/v1/items", "plant", May(MasterView), Board, "List items."),
    get("getItem", "/api/v1/items/{item}", "plant", May(MasterView), Floor, "An item with its bill of material and routing."),
    write("putEquipmentStatus", "PUT", "/api/v1/equipment/{equipment}/status", "plant", May(ResourceSet), "Say whether a machine can work."),
    write("putMouldStatus", "PUT", "/api/v1/moulds/{mould}/status", "plant", May(ResourceSet), "Say whether a mould may be used."),
    write("putPresence", "PUT", "/api/v1/crew/{user}/presence", "plant", May(PresenceSelf), "Check somebody in or out."),
    write("openImport", "POST", "/api/v1/imports", "plant", May(MasterImport), "Open an import."),
    write("putImportPart", "PUT", "/api/v1/imports/{import}/parts/{part}", "plant", May(MasterImport), "Stage a piece of a file."),
    write("publishImport", "POST", "/api/v1/imports/{import}/publish", "plant", May(MasterImport), "Book all of an import, or say what is wrong with it."),
    get("live", "/health/live", "plant", Public, Floor, "The program answers."),
    get("ready", "/health/ready", "plant", Public, Floor, "Everything that is needed is there; what is not is named."),
    get("openapi", "/openapi.json", "plant", Public, Statistics, "This API as OpenAPI 3.1."),
    get("listOrders", "/api/v1/orders", "orders", May(OrderView), Board, "List orders, urgent first, then by due date."),
    write("createOrder", "POST", "/api/v1/orders", "orders", May(OrderCreate), "Create an order."),
    get("getOrder", "/api/v1/orders/{order}", "orders", May(OrderView), Floor, "An order with its history and what the caller may do."),
    write("takeAction", "POST", "/api/v1/orders/{order}/actions/{action}", "orders", Decided, "Take one of the actions of the order's flow."),
    get("getBoard", "/api/v1/board", "orders", May(OrderView), Board, "Open orders by state and line, with their age."),
    get("listStock", "/api/v1/stock", "stock", May(StockView), Board, "Stock of items."),
    get("getStock", "/api/v1/stock/{item}", "stock", May(StockView), Floor, "Stock of one item, by location and lot."),
    get("listMovements", "/api/v1/movements", "stock", May(StockView), Board, "The ledger, newest first."),
    write("createMovement", "POST", "/api/v1/movements", "stock", Decided, "Move stock."),
    write("reverseMovement", "POST", "/api/v1/movements/{movement}/reversal", "stock", May(StockReverse), "Take a movement back."),
    get("audit", "/api/v1/audit", "stock", May(StockAudit), Statistics, "Compare balances with the ledger."),
    get("scan", "/api/v1/scan", "stock", SignedIn, Floor, "What a scanned code means."),
    get("listReports", "/api/v1/reports", "reporting", May(ReportView), Board, "Reports of an order, oldest first."),
    write("createReport", "POST", "/api/v1/reports", "reporting", Decided, "Report production."),
    get("getReport", "/api/v1/reports/{report}", "reporting", May(ReportView), Floor, "A report and how far it has come."),
    write("reverseReport", "POST", "/api/v1/reports/{report}/reversal", "reporting", May(ReportReverse), "Take a report back."),
    statistic("getOutput", "/api/v1/insight/output", "What the last operations made, by hour, shift or day."),
    statistic("getYield", "/api/v1/insight/yield", "What every operation made, and how much of it was good."),
    statistic("getScrap", "/api/v1/insight/scrap", "Scrap by reason."),
    statistic("getStateTimes", "/api/v1/insight/states", "How long orders were in the states that they have left."),
    statistic("getCycleTimes", "/api/v1/insight/cycle-times", "How long completed orders took."),
    statistic("getRequests", "/api/v1/insight/requests", "What was booked, by hour, shift or day, and by kind."),
    statistic("getOrderCounts", "/api/v1/insight/orders", "How many orders are in each state, by line."),
    Route { component: "aggregator", ..statistic("getRollups", "/api/v1/rollups", "How far statistics have come.") },
    Route { priority: Statistics, ..write("rebuildRollups", "POST", "/api/v1/rollups/rebuild", "aggregator", May(InsightRebuild), "Derive all statistics anew from the journal.") },
    get("getQueue", "/api/v1/queue", "aggregator", May(PlantOperate), Floor, "How many reports wait to be booked."),
    get("listDeadLetters", "/api/v1/queue/dead", "aggregator", May(PlantOperate), Floor, "Reports that could be neither booked nor refused, oldest first."),
    write("replayDeadLetter", "POST", "/api/v1/queue/dead/{letter}/replay", "aggregator", May(PlantOperate), "Put a dead letter back into the queue."),
    get("getDegradation", "/api/v1/degradation", "aggregator", May(PlantOperate), Floor, "Whether calls of lower priority are refused."),
    write("putDegradation", "PUT", "/api/v1/degradation", "aggregator", May(PlantOperate), "Refuse calls of lower priority, or do not, or let the load decide."),
    // What orders wait for.
    get("getWhy", "/api/v1/orders/{order}/why", "orders", May(OrderView), Floor, "What an order waits for, since when, who can act, and where."),
    get("listAlerts", "/api/v1/alerts", "aggregator", May(AlertView), Floor, "Alerts for the caller's roles, the most severe first."),
    write("acknowledgeAlert", "POST", "/api/v1/alerts/{alert}/acknowledgement", "aggregator", May(AlertView), "Say that one looks after it."),
    get("getWatch", "/api/v1/watch", "aggregator", May(OrderView), Floor, "How long orders may be in their states before somebody is told."),
    write("putWatch", "PUT", "/api/v1/watch", "aggregator", May(WatchSet), "Set how long orders may be in their states."),
    get("getMorning", "/api/v1/morning", "orders", May(OrderView), Board, "The orders that hang, for the morning meeting: why, how long, and who moves them."),
    // The life-cycle report.
    statistic("getLifecycle", "/api/v1/insight/lifecycle", "How long orders were in each state: mean, median, p90, and what it would be without waiting."),
    statistic("getLifecycleCsv", "/api/v1/insight/lifecycle.csv", "The life-cycle report as CSV."),
    statistic("getLifecycleXlsx", "/api/v1/insight/lifecycle.xlsx", "The life-cycle report as a workbook."),
    statistic("listLifecycleMonths", "/api/v1/insight/lifecycle/months", "The life-cycle reports of the months that have ended, the last first."),
    get("getDoctor", "/api/v1/doctor", "aggregator", May(PlantOperate), Floor, "How the plant's servers are, and what to do about what is not well."),
    // Electronic signatures.
    Route { keyed: false, ..write("createSignature", "POST", "/api/v1/session/signature", "identity", SignedIn, "Enter the PIN once more, to sign one act.") },
    // Exceptions (andon).
    write("raiseException", "POST", "/api/v1/exceptions", "quality", May(ExceptionRaise), "Say that something is wrong."),
    get("listExceptions", "/api/v1/exceptions", "quality", May(OrderView), Board, "Exceptions, newest first."),
    get("getException", "/api/v1/exceptions/{exception}", "quality", May(OrderView), Floor, "An exception, and who has been told."),
    write("acknowledgeException", "POST", "/api/v1/exceptions/{exception}/acknowledgement", "quality", May(ExceptionHandle), "Say that one deals with it."),
    write("closeException", "POST", "/api/v1/exceptions/{exception}/closing", "quality", May(ExceptionHandle), "Say what it came from and what was done; what it stopped goes on."),
    get("getExceptionPareto", "/api/v1/exception-pareto", "quality", May(InsightView), Statistics, "What exceptions cost, by type and cause."),
    get("getExceptionSettings", "/api/v1/exception-settings", "quality", May(OrderView), Floor, "Types of exceptions, and whom they are told."),
    write("putExceptionSettings", "PUT", "/api/v1/exception-settings", "quality", May(ExceptionSetup), "Set types of exceptions, and whom they are told."),
];
