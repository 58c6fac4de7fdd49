// What the document does not allow, and a compiler has to refuse: each line once.
import createClient from "openapi-fetch";
import type { components, paths } from "./takt.js";

const takt = createClient<paths>({ baseUrl: "" });
const header = { "Idempotency-Key": '"k"' };
await takt.GET("/api/v1/stocks");
await takt.POST("/api/v1/bulk/items", { params: {}, body: { rows: [] } });
await takt.POST("/api/v1/bulk/items", { params: { header }, body: { rows: [{ id: "SCREW" }] } });
await takt.POST("/api/v1/bulk/movements", { params: { header }, body: { rows: [{ kind: "gift", item: "M", quantity: "1" }] } });
const free: number = ({} as components["schemas"]["ItemStock"]).available;
export { free };
