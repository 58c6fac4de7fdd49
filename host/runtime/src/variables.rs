//! Application variables: where their values come from, templates over them, and `spin:variables`.
//!
//! A value comes from the options, else from `SPIN_VARIABLE_<NAME>`, else from the manifest's default.

use crate::bindings::spin::variables::variables as wit;
use crate::error::LoadError;
use crate::guest::GuestState;
use crate::manifest::VariableDeclaration;
use std::collections::BTreeMap;
use std::fmt;
use wasmtime::component::{Accessor, HasSelf};

/// The application's variables, every one with its value.
#[derive(Clone)]
pub(crate) struct Variables(BTreeMap<String, Variable>);

#[derive(Clone)]
struct Variable {
    value: String,
    secret: bool,
}

impl fmt::Debug for Variables {
    /// Names only where the value is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(name, v)| (name, if v.secret { "(secret)" } else { v.value.as_str() }));
        f.debug_map().entries(shown).finish()
    }
}

impl Variables {
    pub(crate) fn resolve(
        declared: &BTreeMap<String, VariableDeclaration>,
        overrides: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, LoadError> {
        if let Some(name) = overrides.keys().find(|name| !declared.contains_key(*name)) {
            return Err(LoadError::UnknownVariable { name: name.clone() });
        }
        let mut values = BTreeMap::new();
        for (name, declaration) in declared {
            let value = overrides
                .get(name)
                .cloned()
                .or_else(|| environment(&format!("SPIN_VARIABLE_{}", name.to_uppercase())))
                .or_else(|| declaration.default.clone())
                .ok_or_else(|| LoadError::MissingVariable { name: name.clone() })?;
            values.insert(name.clone(), Variable { value, secret: declaration.secret });
        }
        Ok(Self(values))
    }

    /// Fills the `{{ name }}` places of `template`.
    pub(crate) fn fill(&self, template: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, left)) = after.split_once("}}") else {
                return Err(format!("`{template}`: `{{{{` without `}}}}`"));
            };
            let name = name.trim();
            let variable = self.0.get(name).ok_or_else(|| format!("`{template}`: there is no variable `{name}`"))?;
            filled.push_str(before);
            filled.push_str(&variable.value);
            rest = left;
        }
        if rest.contains("}}") {
            return Err(format!("`{template}`: `}}}}` without `{{{{`"));
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

impl wit::Host for GuestState {}

impl<T> wit::HostWithStore<T> for HasSelf<GuestState>
where
    T: Send + 'static,
{
    async fn get(store: &Accessor<T, Self>, name: String) -> wasmtime::Result<Result<String, wit::Error>> {
        if !crate::manifest::is_variable_name(&name) {
            return Ok(Err(wit::Error::InvalidName(name)));
        }
        let value = store.with(|mut access| access.get().component.variables.get(&name).cloned());
        Ok(value.ok_or(wit::Error::Undefined(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(name: &str, default: Option<&str>, secret: bool) -> (String, VariableDeclaration) {
        let default = default.map(str::to_owned);
        (name.to_owned(), VariableDeclaration { required: default.is_none(), default, secret })
    }

    #[test]
    fn the_stronger_source_wins() {
        let declared = BTreeMap::from([declared("a", Some("1"), false), declared("b", None, true)]);
        let environment = |name: &str| (name == "SPIN_VARIABLE_B").then(|| "env".to_owned());
        let none = BTreeMap::new();
        let got = Variables::resolve(&declared, &none, environment).expect("resolved");
        assert_eq!(got.fill("{{ a }}-{{b}}").as_deref(), Ok("1-env"));
        let overrides = BTreeMap::from([("b".to_owned(), "option".to_owned())]);
        let got = Variables::resolve(&declared, &overrides, environment).expect("resolved");
        assert_eq!(got.fill("x{{ b }}y").as_deref(), Ok("xoptiony"));
    }

    #[test]
    fn a_missing_required_variable_is_named() {
        let declared = BTreeMap::from([declared("api_key", None, true)]);
        let error = Variables::resolve(&declared, &BTreeMap::new(), |_| None).expect_err("missing");
        assert!(error.to_string().contains("SPIN_VARIABLE_API_KEY"), "{error}");
    }

    #[test]
    fn a_secret_is_not_shown() {
        let declared = BTreeMap::from([declared("api_key", Some("hunter2"), true)]);
        let got = Variables::resolve(&declared, &BTreeMap::new(), |_| None).expect("resolved");
        assert!(!format!("{got:?}").contains("hunter2"));
    }

    #[test]
    fn a_broken_template_is_refused() {
        let none = Variables(BTreeMap::new());
        for template in ["{{ a", "a }}", "{{ missing }}"] {
            assert!(none.fill(template).is_err(), "{template}");
        }
    }
}
