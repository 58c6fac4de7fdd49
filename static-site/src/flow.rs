//! The flow that every plant has, for lists that do not bring their order's own flow along.

use std::rc::Rc;

use takt_domain::flow::Flow;

use crate::json;

/// Read here, and not by `Flow::builtin`, which would bring a second reader of JSON into the pages.
const TEXT: &str = include_str!("../../shared/domain/src/flows/builtin.v1.json");

thread_local! {
    static BUILTIN: Option<Rc<Flow>> = json::read(TEXT).ok().map(Rc::new);
}

/// None only if the text were damaged, which a test rules out.
pub fn builtin() -> Option<Rc<Flow>> {
    BUILTIN.with(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_flow_is_the_domains() {
        assert_eq!(builtin().as_deref(), Some(Flow::builtin()));
    }
}
