// What a system of the plant's does with types that a generator made of Takt's document: it sends items and receipts, reads stock,
// and tells one refusal from another. `takt.ts` is generated; this file compiles against it, and runs against a host.
import createClient from "openapi-fetch";
import type { components, paths } from "./takt.js";

declare const process: { argv: string[] };

type Schemas = components["schemas"];

const [, , base, token, place] = process.argv as [string, string, string, string, string];
const takt = createClient<paths>({
  baseUrl: base,
  headers: { authorization: `Bearer ${token}`, "accept-language": "en" },
});
const keyed = (key: string) => ({ header: { "Idempotency-Key": `"${key}"` } });
const failed = (problem: Schemas["Problem"]): never => {
  throw new Error(`${problem.type}: ${problem.detail}`);
};

const items: Schemas["BulkItem"][] = [
  { id: "SCREW", name: "Screw", unit: "pcs", minimum: "100" },
  { id: "GLUE", name: "Glue", unit: "kg", scale: 1, tracking: "lot", units: [{ unit: "drum", factor: "12.5" }] },
];
const made = await takt.POST("/api/v1/bulk/items", { params: keyed("items"), body: { rows: items } });
if (made.error) failed(made.error);

const receipts: Schemas["NewMovement"][] = [
  { kind: "receipt", item: "SCREW", to: place, quantity: "40" },
  { kind: "receipt", item: "NOTHING", to: place, quantity: "1" },
];
const received = await takt.POST("/api/v1/bulk/movements", { params: keyed("receipts"), body: { rows: receipts } });
const rows = received.data?.rows ?? failed(received.error!);

const stock = await takt.GET("/api/v1/stock/{item}", { params: { path: { item: "SCREW" } } });
const row: Schemas["ItemStock"] = stock.data ?? failed(stock.error!);

const refused = await takt.POST("/api/v1/orders", {
  params: keyed("order"),
  body: { item: "SCREW", quantity: "1", line: "L1" },
});

console.log(
  JSON.stringify({
    booked: made.data?.booked,
    rows: rows.map((row) => row.status),
    available: row.available,
    minimum: row.minimum,
    refused: refused.error?.type,
  }),
);
