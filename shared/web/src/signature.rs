//! Electronic signatures: the PIN once more, at the moment of signing, for one act.
//!
//! How a call gets to need one:
//! 1. The client posts the PIN with method and path of the call that it wants to sign to `/api/v1/session/signature`. Where
//!    the PIN is right it gets a ticket: the claims below with an HMAC over them, good for a minute.
//! 2. It sends the call with the ticket in the header `takt-signature`. In a header it is neither part of what the
//!    `Idempotency-Key` stands for (a repeat with a fresh ticket is the same request) nor of what is kept.
//! 3. [`of_call`] holds the ticket against the call, for every route: plant, user, session, act, age. What it finds is in
//!    [`Caller::signature`](takt_records::caller::Caller).
//! 4. A command that must be signed loads [`records`](takt_records::signature::records) with everything else, refuses with
//!    [`given`](takt_records::signature::given)`.unmet_for(permission, lang)`, and where it books it calls
//!    [`book`](takt_records::signature::book), which makes the ticket a record that can be made once: a ticket that is
//!    shown again finds it there.
//!
//! Actions of a flow do all of that by themselves where [`needs_signature`](takt_domain::flow::Action::needs_signature).

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use takt_api::identity::TicketClaims;
use takt_api::route::{Access, ROUTES, Route, match_path};
use takt_api::stock::SIGNATURE_HEADER;
use takt_domain::signature::{Signature, SignatureFault};
use takt_records::caller::Caller;

use crate::token;

/// How long a ticket is good, in seconds: the time to send one call on a bad network.
pub const TICKET_S: i64 = 60;

/// Keeps a ticket from being taken for a token, and a token for a ticket.
const KIND: &str = "signature.";

/// Signs a ticket.
pub fn sign(claims: &TicketClaims, key: &[u8]) -> String {
    token::seal(KIND, claims, key)
}

/// The act that a call is: its route with what stands in the path.
fn act(route: &Route, segments: &[String]) -> String {
    let parts: Vec<&str> = std::iter::once(route.name).chain(segments.iter().map(String::as_str)).collect();
    serde_json::to_string(&parts).unwrap_or_default()
}

/// The act that a method and a path name; none where there is no such call, or none that one signs.
pub fn act_of(method: &str, path: &str) -> Option<String> {
    let may_be_signed = |route: &&Route| route.method == method && method != "GET" && route.access != Access::Public;
    ROUTES.iter().filter(may_be_signed).find_map(|route| {
        let segments = match_path(route.path, path)?;
        let decode = |segment: &str| percent_decode_str(segment).decode_utf8().ok().map(String::from);
        let segments: Option<Vec<String>> = segments.into_iter().map(decode).collect();
        Some(act(route, &segments?))
    })
}

/// The signature that came with a call, held against that call.
pub(crate) fn of_call(
    headers: &HeaderMap,
    route: &Route,
    segments: &[String],
    caller: &Caller,
    key: &[u8],
) -> Signature {
    let Some(ticket) = headers.get(SIGNATURE_HEADER) else { return Signature::Missing };
    match read(ticket.to_str().unwrap_or_default(), &act(route, segments), caller, key) {
        Ok(id) => Signature::Given(id),
        Err(fault) => Signature::Unusable(fault),
    }
}

fn read(ticket: &str, act: &str, caller: &Caller, key: &[u8]) -> Result<String, SignatureFault> {
    let claims: TicketClaims = token::open(KIND, ticket.trim(), key).map_err(|_| SignatureFault::Forged)?;
    if claims.plant != caller.plant.0 || claims.user != caller.actor.user {
        return Err(SignatureFault::OtherUser);
    }
    if claims.session != caller.session {
        return Err(SignatureFault::OtherSession);
    }
    if claims.act != act {
        return Err(SignatureFault::OtherAct);
    }
    if claims.exp <= caller.now.as_second() {
        return Err(SignatureFault::Expired);
    }
    Ok(claims.id)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderValue, Method, Uri};
    use jiff::Timestamp;
    use takt_api::identity::Claims;
    use takt_domain::permission::Role;

    use super::*;
    use crate::call::Call;

    const KEY: &[u8] = b"a key of the server";
    const NOW_S: i64 = 1_795_384_800;

    fn claims() -> Claims {
        let Ok(user) = "inspector".parse() else { panic!("a user's name is well-formed") };
        Claims { plant: 1, user, roles: vec![Role::Inspector], session: "s1".into(), exp: NOW_S + 3600, scopes: None }
    }

    fn ticket(path: &str) -> TicketClaims {
        let Claims { plant, user, session, .. } = claims();
        let Some(act) = act_of("POST", path) else { panic!("{path} is a call") };
        TicketClaims { plant, user, session, act, id: "t1".into(), exp: NOW_S + TICKET_S }
    }

    /// The signature of a call to sign an order, with this ticket.
    fn given(path: &str, ticket: &str) -> Signature {
        let mut headers = HeaderMap::new();
        let bearer = format!("Bearer {}", token::sign(&claims(), KEY));
        let lines = [("authorization", bearer.as_str()), ("idempotency-key", "\"k\""), (SIGNATURE_HEADER, ticket)];
        for (name, value) in lines {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        let (Ok(uri), Ok(now)) = (path.parse::<Uri>(), Timestamp::from_second(NOW_S)) else { panic!("{path}") };
        match Call::read("orders", (&Method::POST, &uri, headers), Bytes::new(), KEY, now) {
            Ok(Call { caller: Some(caller), .. }) => caller.signature,
            other => panic!("the call is well-formed: {other:?}"),
        }
    }

    const SIGN: &str = "/api/v1/orders/WO-1/actions/sign";

    #[test]
    fn a_ticket_is_good_for_the_act_that_it_was_made_for_however_the_path_is_written() {
        assert_eq!(given(SIGN, &sign(&ticket(SIGN), KEY)), Signature::Given("t1".into()));
        let written_out = "/api/v1/orders/WO%2D1/actions/sign";
        assert_eq!(given(written_out, &sign(&ticket(SIGN), KEY)), Signature::Given("t1".into()));
        for (method, path) in [("GET", SIGN), ("POST", "/api/v1/session"), ("POST", "/nothing"), ("DELETE", SIGN)] {
            assert_eq!(act_of(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn every_other_ticket_is_refused_for_its_own_reason() {
        let check = |changed: TicketClaims, fault: SignatureFault| {
            assert_eq!(given(SIGN, &sign(&changed, KEY)), Signature::Unusable(fault));
        };
        let Ok(manager) = "manager".parse() else { panic!("a user's name is well-formed") };
        check(TicketClaims { user: manager, ..ticket(SIGN) }, SignatureFault::OtherUser);
        check(TicketClaims { plant: 2, ..ticket(SIGN) }, SignatureFault::OtherUser);
        check(TicketClaims { session: "s2".into(), ..ticket(SIGN) }, SignatureFault::OtherSession);
        check(ticket("/api/v1/orders/WO-2/actions/sign"), SignatureFault::OtherAct);
        check(ticket("/api/v1/orders/WO-1/actions/close"), SignatureFault::OtherAct);
        check(TicketClaims { exp: NOW_S, ..ticket(SIGN) }, SignatureFault::Expired);
    }

    #[test]
    fn what_the_server_has_not_made_is_forged() {
        let forged = Signature::Unusable(SignatureFault::Forged);
        assert_eq!(given(SIGN, &sign(&ticket(SIGN), b"another key of a server")), forged);
        assert_eq!(given(SIGN, &token::sign(&claims(), KEY)), forged, "a token is no ticket");
        let good = sign(&ticket(SIGN), KEY);
        let Some((_, mac)) = good.split_once('.') else { panic!("a ticket has two parts") };
        let other = sign(&TicketClaims { id: "t2".into(), ..ticket(SIGN) }, b"guess");
        let changed = format!("{}.{mac}", other.split('.').next().unwrap_or_default());
        assert_eq!(given(SIGN, &changed), forged);
        for text in ["", ".", "x", "a.b"] {
            assert_eq!(given(SIGN, text), forged, "{text:?}");
        }
        assert!(token::verify(&good, KEY, NOW_S).is_err(), "a ticket is no token");
    }
}
