//! A signature signs once.

use takt_domain::permission::Role;
use takt_records::caller::Caller;
use takt_records::keep::kind;
use takt_records::signature::Signed;

use crate::quality::world::{World, codes};

#[test]
fn a_ticket_that_has_signed_signs_nothing_else_and_its_record_says_what_it_signed() {
    let world = World::new();
    let (one, other) = (world.made(), world.made());
    for order in [&one, &other] {
        world.act(&world.caller(Role::Inspector), order, "inspect-final").unwrap();
        assert_eq!(codes(world.act(&world.caller(Role::Inspector), order, "sign")), ["signature.missing"]);
    }
    let signing = world.signing(Role::Inspector);
    world.act(&signing, &one, "sign").unwrap();
    assert!(world.act(&signing, &one, "sign").unwrap().replayed, "the same request is answered the same");
    let replay = Caller { signature: signing.signature.clone(), ..world.caller(Role::Inspector) };
    assert_eq!(codes(world.act(&replay, &other, "sign")), ["signature.used"]);
    assert!(world.order(&other).signed.is_none());

    let takt_domain::signature::Signature::Given(ticket) = &signing.signature else { panic!("it is given") };
    let signed: Signed = world.record(kind::SIGNATURE, ticket).unwrap();
    assert_eq!((signed.by.as_str(), signed.about.as_str(), signed.act.as_str()), ("inspector", one.as_str(), "sign"));
    assert_eq!((world.stock("goods"), world.stock("check")), (10, 10));
}

#[test]
fn what_needs_no_signature_uses_none_up() {
    let world = World::new();
    let order = world.made();
    let signing = world.signing(Role::Inspector);
    world.act(&signing, &order, "inspect-final").unwrap();
    let later = Caller { signature: signing.signature.clone(), ..world.caller(Role::Inspector) };
    world.act(&later, &order, "sign").unwrap();
}
