//! Replacing `{{tokens}}` in one text, as Postman does it.
//!
//! A text is gone over up to 19 times, so values may hold tokens, and so may names (`{{k{{c}}}}`). A loop ends with its
//! token left in the text. What no scope defines stays as it is and is reported.

use indexmap::IndexSet;

use crate::model::Scope;
use crate::model::template::tokens;
use crate::model::variable::display_value;

use super::{Dynamic, Scopes};

/// How often a text is gone over.
const PASSES: usize = 19;

/// How much a text may grow, in bytes: a variable that mentions itself twice doubles with every pass.
const GROWTH: usize = 16 * 1024 * 1024;

/// A text with its variables replaced, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The text; tokens that nothing defines are still in it.
    pub text: String,
    /// The names of those tokens, in order, each once.
    pub unresolved: Vec<String>,
    /// The variables that were used and where each came from, in order, each once.
    pub used: Vec<(String, Scope)>,
}

impl Resolution {
    /// Whether every variable was defined.
    pub fn is_complete(&self) -> bool {
        self.unresolved.is_empty()
    }
}

/// What a name means, for popovers and hovers.
#[derive(Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The scope that decides.
    pub scope: Scope,
    /// Which environment or collection that is; empty where the scope has no name.
    pub owner: String,
    /// The value, with the tokens in it replaced.
    pub value: String,
    /// Who set it; empty for a value from a file.
    pub set_by: String,
    /// Whether the value must be hidden: its own variable is secret, or one of those in it.
    pub secret: bool,
    /// The variables the value is made of.
    pub used: Vec<String>,
}

impl std::fmt::Debug for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Any value may be a token.
        f.debug_struct("Explanation")
            .field("scope", &self.scope)
            .field("owner", &self.owner)
            .field("set_by", &self.set_by)
            .finish_non_exhaustive()
    }
}

/// The variable of the process's environment that `{{$env NAME}}` or `{{$env:NAME}}` means, by what is between the braces.
pub fn env_name(token: &str) -> Option<&str> {
    let name = token.strip_prefix("$env")?.strip_prefix([' ', ':'])?.trim();
    let fits = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    fits.then_some(name)
}

/// Replaces the variables of a text, for showing it: `{{$guid}}` and its like stay, as they are new at every send.
pub fn replace(text: &str, scopes: &Scopes) -> Resolution {
    replace_with(text, scopes, None)
}

/// Replaces the variables of a text, dynamic ones included, for sending it.
pub fn replace_all(text: &str, scopes: &Scopes, dynamic: &Dynamic) -> Resolution {
    replace_with(text, scopes, Some(dynamic))
}

/// Says what a variable's name means, `None` when no scope defines it.
pub fn explain(name: &str, scopes: &Scopes) -> Option<Explanation> {
    let (scope, binding) = scopes.get(name)?;
    let value = replace(&display_value(&binding.value), scopes);
    let used: Vec<String> = value.used.into_iter().map(|(name, _)| name).collect();
    let is_secret = |name: &String| scopes.get(name).is_some_and(|(_, binding)| binding.secret);
    Some(Explanation {
        scope,
        owner: scopes.layer(scope).name.clone(),
        value: value.text,
        set_by: binding.set_by.clone(),
        secret: binding.secret || used.iter().any(is_secret),
        used,
    })
}

/// Replaces the variables of a text, dynamic ones only when there is a source of them.
pub(super) fn replace_with(text: &str, scopes: &Scopes, dynamic: Option<&Dynamic>) -> Resolution {
    let mut out = Resolution {
        text: text.to_owned(),
        ..Resolution::default()
    };
    let limit = text.len().saturating_add(GROWTH);
    // Sets, as a template of a stranger's may have names by the hundred thousand.
    let mut used = IndexSet::new();
    for _ in 0..PASSES {
        match pass(&out.text, scopes, dynamic, &mut used, limit) {
            Some(next) => out.text = next,
            None => break,
        }
    }
    out.used = used.into_iter().collect();
    let mut unresolved = IndexSet::new();
    for token in tokens(&out.text) {
        let later = dynamic.is_none()
            && scopes.get(token.name).map_or_else(
                || super::dynamic::is_name(token.name) || env_name(token.name).is_some(),
                |(_, binding)| binding.comes_later(),
            );
        if !token.name.is_empty() && !later && !unresolved.contains(token.name) {
            unresolved.insert(token.name.to_owned());
        }
    }
    out.unresolved = unresolved.into_iter().collect();
    out
}

/// Goes over the text once; `None` when nothing was replaced, or when it would grow beyond the limit.
fn pass(
    text: &str,
    scopes: &Scopes,
    dynamic: Option<&Dynamic>,
    used: &mut IndexSet<(String, Scope)>,
    limit: usize,
) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    let mut replaced = false;
    for token in tokens(text) {
        let value = match scopes.get(token.name) {
            // As in Postman: a row of data without a value says nothing.
            Some((Scope::Data, binding)) if binding.value.is_null() => continue,
            Some((_, binding)) if binding.comes_later() => continue,
            Some((scope, binding)) => {
                used.insert((token.name.to_owned(), scope));
                display_value(&binding.value)
            }
            None => match dynamic.and_then(|dynamic| dynamic.value(token.name)) {
                Some(value) => value,
                None => continue,
            },
        };
        out.push_str(&text[copied..token.start]);
        out.push_str(&value);
        copied = token.end;
        replaced = true;
        if out.len() > limit {
            return None;
        }
    }
    out.push_str(&text[copied..]);
    replaced.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
    use serde_json::{Value, json};

    #[test]
    fn a_value_with_a_secret_in_it_is_secret() {
        let mut scopes = scopes(&[("url", json!("h?key={{key}}")), ("key", json!("k3y"))]);
        assert_eq!(explain("url", &scopes).map(|found| found.secret), Some(false));
        scopes.layer_mut(Scope::Environment).bindings[1].secret = true;
        assert_eq!(explain("url", &scopes).map(|found| found.secret), Some(true));
    }

    fn scopes(values: &[(&str, Value)]) -> Scopes {
        let mut scopes = Scopes::default();
        for (key, value) in values {
            scopes.layer_mut(Scope::Environment).set(key, value.clone(), "you");
        }
        scopes
    }

    #[test]
    fn values_and_names_may_hold_tokens() {
        let scopes = scopes(&[
            ("a", json!("{{b}}!")),
            ("b", json!("x")),
            ("c", json!(1)),
            ("k1", json!("deep")),
        ]);
        assert_eq!(replace("{{a}} {{k{{c}}}}", &scopes).text, "x! deep");
    }

    #[test]
    fn unknown_tokens_stay_and_are_reported_once() {
        let found = replace("{{no}}/{{ a }}/{{}}/{{no}}", &scopes(&[("a", json!("x"))]));
        assert_eq!(found.text, "{{no}}/{{ a }}/{{}}/{{no}}");
        assert_eq!(found.unresolved, ["no", " a "]);
    }

    #[test]
    fn a_loop_ends_with_its_token() {
        let found = replace("{{loop}}", &scopes(&[("loop", json!("{{loop}}"))]));
        assert_eq!((found.text.as_str(), found.unresolved.len()), ("{{loop}}", 1));
        let huge = "{{x}}".repeat(50);
        let found = replace("{{x}}", &scopes(&[("x", json!(huge))]));
        assert!(found.text.len() <= GROWTH + 5);
    }

    #[test]
    fn values_of_every_type_are_spelled_as_javascript_does() {
        let scopes = scopes(&[
            ("n", json!(7)),
            ("t", json!(true)),
            ("z", json!(null)),
            ("l", json!([1, 2])),
        ]);
        assert_eq!(replace("{{n}} {{t}} {{z}} {{l}}", &scopes).text, "7 true null 1,2");
    }

    #[test]
    fn dynamic_variables_are_fresh_at_every_occurrence_and_wait_in_previews() {
        let scopes = Scopes::default();
        let sent = replace_all("{{$guid}} {{$guid}}", &scopes, &Dynamic::new());
        let (one, two) = sent.text.split_once(' ').expect("two values");
        assert_ne!(one, two);
        let shown = replace("{{$guid}} {{$nope}}", &scopes);
        assert_eq!(shown.text, "{{$guid}} {{$nope}}");
        assert_eq!(shown.unresolved, ["$nope"]);
    }

    #[test]
    fn a_users_variable_hides_a_dynamic_one() {
        let scopes = scopes(&[("$guid", json!("mine"))]);
        assert_eq!(replace_all("{{$guid}}", &scopes, &Dynamic::new()).text, "mine");
    }

    #[test]
    fn an_explanation_names_value_scope_and_author() {
        let mut scopes = scopes(&[("host", json!("h")), ("url", json!("http://{{host}}"))]);
        scopes.layer_mut(Scope::Environment).name = "demo".into();
        let told = explain("url", &scopes).expect("defined");
        assert_eq!((told.value.as_str(), told.owner.as_str()), ("http://h", "demo"));
        assert_eq!((told.scope, told.set_by.as_str()), (Scope::Environment, "you"));
        assert_eq!(explain("nothing", &scopes), None);
        assert!(!format!("{told:?}").contains("http"));
    }

    #[test]
    fn names_by_the_hundred_thousand_are_each_told_once() {
        let names: Vec<String> = (0..200_000).map(|n| format!("{{{{n{n}}}}}")).collect();
        let text = names.concat();
        let found = replace(&text, &Scopes::default());
        assert_eq!((found.unresolved.len(), found.text.len()), (200_000, text.len()));
    }

    /// Text of braces, names and dollars, which may or may not be templates.
    fn templates() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                Just("{{"),
                Just("}}"),
                Just("{"),
                Just("}"),
                Just("a"),
                Just("b"),
                Just("$guid"),
                Just("$"),
                Just("日"),
                Just("\u{0}"),
                Just(" ")
            ],
            0..24,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn any_template_with_any_values_ends_in_some_text(text in templates(), a in templates(), b in templates()) {
            let scopes = scopes(&[("a", json!(a)), ("b", json!(b)), ("{{a}}", json!("{{b}}")), ("", json!("{{a}}"))]);
            let found = replace(&text, &scopes);
            prop_assert!(found.text.len() <= text.len() + GROWTH + a.len() + b.len());
            // What is said to be unresolved stands in the text.
            for name in &found.unresolved {
                prop_assert!(found.text.contains(&format!("{{{{{name}}}}}")), "{} in {}", name, found.text);
            }
            // Without anything to replace it stays what it is.
            prop_assert_eq!(replace(&text, &Scopes::default()).text, text);
        }
    }

    #[test]
    fn what_was_used_is_told_with_its_scope() {
        let mut scopes = scopes(&[("a", json!("{{b}}"))]);
        scopes.layer_mut(Scope::Global).set("b", json!("x"), "");
        let used = replace("{{a}}{{a}}", &scopes).used;
        assert_eq!(used, [("a".into(), Scope::Environment), ("b".into(), Scope::Global)]);
    }
}
