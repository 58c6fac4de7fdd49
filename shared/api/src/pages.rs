//! Which bundle of the pages shows which address. A bundle is a program of its own and loads alone, so what people wait for
//! holds only what they do; a link into another bundle loads that one. The pipeline makes them, `site` serves them, and the
//! pages ask here whether an address is theirs.

/// What a page may do: run its own scripts, its own Wasm and its own styles, and speak with its own address alone. `blob:` is a photo
/// that it has fetched with the reader's token.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                          img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
                          base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The pages scan with the camera; nothing that they may one day show from elsewhere does, and nobody asks for the rest.
pub const PERMISSIONS: &str = "camera=(self), microphone=(), geolocation=()";

/// The same policy for pages that stand apart from the API, which is at this origin. A page cannot say in itself who may frame it: the
/// server that it stands at does.
pub fn policy(api: &str) -> String {
    POLICY.replace("connect-src 'self'", &format!("connect-src 'self' {api}")).replace("; frame-ancestors 'none'", "")
}

/// One bundle.
#[derive(Debug)]
pub struct Bundle {
    /// The name of its program.
    pub program: &'static str,
    /// The page that loads it, as a file at the top of what is served.
    pub document: &'static str,
    /// Where its readers begin.
    pub home: &'static str,
    /// What its addresses begin with, without the leading slash. Of two that fit, the longer one counts.
    pub addresses: &'static [&'static str],
}

/// What everybody touches who stands at a line, with the sign-in.
pub const PHONE: Bundle = Bundle {
    program: "phone",
    document: "index.html",
    home: "/",
    addresses: &["", "sign-in", "orders", "line", "me", "outbox"],
};

/// What storekeepers do where they stand.
pub const STORE: Bundle =
    Bundle { program: "store", document: "store.html", home: "/", addresses: &["stock", "move", "movements"] };

/// What planners, shift leads and quality do every day, sitting.
pub const DESK: Bundle = Bundle {
    program: "desk",
    document: "desk.html",
    home: "/desk",
    addresses: &[
        "desk",
        "desk/board",
        "desk/orders",
        "desk/work-order",
        "desk/schedule",
        "desk/approvals",
        "desk/deputies",
        "desk/morning",
        "desk/alerts",
        "desk/why",
        "desk/lifecycle",
        "desk/new-order",
        "desk/exceptions",
        "desk/nonconformances",
        "desk/inspections",
    ],
};

/// Stock in depth, purchase, sales and shipment.
pub const WAREHOUSE: Bundle = Bundle {
    program: "warehouse",
    document: "warehouse.html",
    home: "/desk",
    addresses: &[
        "desk/trail",
        "desk/trace",
        "desk/lots",
        "desk/count",
        "desk/counts",
        "desk/comparisons",
        "desk/labels",
        "desk/conflicts",
        "desk/receive",
        "desk/put-away",
        "desk/kanban",
        "desk/ship",
        "desk/purchase",
        "desk/sales",
        "desk/shortages",
        "desk/extra",
        "desk/costs",
    ],
};

/// What is set up once and then changed now and then.
pub const SETUP: Bundle = Bundle {
    program: "setup",
    document: "setup.html",
    home: "/desk",
    addresses: &[
        "desk/resources",
        "desk/quality",
        "desk/quality-settings",
        "desk/exception-settings",
        "desk/flows",
        "desk/fields",
        "desk/units",
        "desk/watch",
        "desk/users",
        "desk/devices",
        "desk/systems",
        "desk/webhooks",
        "desk/design",
    ],
};

/// The pages with charts, so that nobody else loads what draws them.
pub const MANAGER: Bundle = Bundle {
    program: "manager",
    document: "manager.html",
    home: "/desk/manager",
    addresses: &["desk/manager", "desk/operations"],
};

/// All of them.
pub const BUNDLES: [&Bundle; 6] = [&PHONE, &STORE, &DESK, &WAREHOUSE, &SETUP, &MANAGER];

/// The bundle that shows a path; none where no page begins so.
pub fn of(path: &str) -> Option<&'static Bundle> {
    let mut segments = path.split(['?', '#']).next().unwrap_or_default().split('/').filter(|part| !part.is_empty());
    let first = segments.next().unwrap_or_default();
    let with_second = segments.next().map(|second| format!("{first}/{second}"));
    let holding = |address: &str| BUNDLES.into_iter().find(|bundle| bundle.addresses.contains(&address));
    with_second.and_then(|address| holding(&address)).or_else(|| holding(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_belongs_to_one_bundle_and_what_follows_it_too() {
        for bundle in BUNDLES {
            for address in bundle.addresses {
                for rest in ["", "/", "/R1.5K", "/a/b?c=d/e#f"] {
                    let path = format!("/{address}{rest}");
                    if address.is_empty() && rest.starts_with("/R") {
                        continue;
                    }
                    let found = of(&path).map(|found| found.program);
                    if address.is_empty() && rest.len() > 1 {
                        assert_eq!(found, None, "{path}");
                    } else {
                        assert_eq!(found, Some(bundle.program), "{path}");
                    }
                }
            }
        }
        let program = |path| of(path).map(|found| found.program);
        assert_eq!((program("/desk/nowhere"), program("/nowhere")), (Some("desk"), None));
        let mut all: Vec<_> = BUNDLES.iter().flat_map(|bundle| bundle.addresses).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "an address stands in two bundles");
    }
}
