//! Moving a secret that stands in an auth into a secret variable, which is in no file.

use std::sync::Arc;

use crate::model::edit::Edit;
use crate::model::variable::Owner;
use crate::model::{Auth, Entity, Filed, Group, NodeId, Request, Variable, Workspace};
use crate::tui::command::{Command, SecretDraft};
use crate::tui::effect::Effect;
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::{environments, saving};

/// Makes a secret variable of the collection, with the value as its current one, and puts its name into the auth; one step
/// of undo.
pub fn make(state: &mut State, draft: &SecretDraft, name: &str, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let workspace = &state.shared.workspace;
    let Some(collection) = workspace.collection_of(draft.node) else {
        let text = "save the request into a collection first: the variable is one of the collection's";
        return state.shared.notify(Level::Warning, text);
    };
    let (id, slug) = (collection.id, collection.slug.clone());
    let Some((edits, value)) = edits(workspace, id, draft, name) else {
        return;
    };
    // What else is unsaved there is not ours to save.
    let saves: Vec<NodeId> = [id, draft.node]
        .into_iter()
        .filter(|id| !workspace.is_dirty(*id))
        .collect();
    let title = collection.entity.name().to_owned();
    saving::edit(state, format!("secret {name}"), None, edits);
    environments::set_current(state, &Owner::Collection(slug), name, Some(value.into()), true, effects);
    for node in &saves {
        saving::save(state, Filed::Node(*node), false, queue, effects);
    }
    let rest = if saves.contains(&draft.node) {
        ""
    } else {
        "; save it, and its file no longer has the value"
    };
    let text = format!("the value is in the secret `{name}` of `{title}` now, sealed on this machine{rest}");
    for node in saves {
        state.saves.tell(Filed::Node(node), Level::Done, text.clone());
    }
    queue.push(Command::Notify(Level::Done, text));
}

/// The edits, and the secret; `None` when it is no longer there.
fn edits(workspace: &Workspace, collection: NodeId, draft: &SecretDraft, name: &str) -> Option<(Vec<Edit>, String)> {
    let mut group = Group::clone(workspace.group(collection)?);
    group.variables.push(Variable {
        secret: true,
        ..Variable::new(name, "")
    });
    let reference = format!("{{{{{name}}}}}");
    let put = |auth: &mut Auth| {
        let value = auth.text(&draft.field);
        auth.params.insert(draft.field.clone(), reference.clone().into());
        Some(value).filter(|value| !value.is_empty())
    };
    let mut edits = Vec::new();
    let value = match &workspace.node(draft.node)?.entity {
        _ if draft.node == collection => put(&mut group.auth)?,
        Entity::Request(request) => {
            let mut request = Request::clone(request);
            let value = put(&mut request.auth)?;
            let entity = Entity::Request(Arc::new(request));
            edits.push(Edit::Replace { id: draft.node, entity });
            value
        }
        Entity::Collection(own) | Entity::Folder(own) => {
            let mut own = Group::clone(own);
            let value = put(&mut own.auth)?;
            let entity = Entity::Folder(Arc::new(own));
            edits.push(Edit::Replace { id: draft.node, entity });
            value
        }
    };
    let entity = Entity::Collection(Arc::new(group));
    edits.insert(0, Edit::Replace { id: collection, entity });
    Some((edits, value))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::harness::Harness;

    #[test]
    fn a_secret_goes_from_the_auth_into_a_variable_and_back() {
        let mut harness = Harness::new(120, 40);
        let id = harness.state.shared.node_at("pydio-cells/get-token").unwrap();
        let before = harness.state.shared.workspace.request(id).unwrap().clone();
        let mut request = Request::clone(&before);
        request.auth = Auth::new("basic")
            .with("username", "me")
            .with("password", "hunter2-heron");
        let written = request.auth.clone();
        let entity = Entity::Request(Arc::new(request));
        saving::edit(
            &mut harness.state,
            "test".into(),
            None,
            vec![Edit::Replace { id, entity }],
        );
        harness.state.shared.open = Some(id);
        harness.press("3");
        harness.state.run(
            vec![Command::Focus(crate::tui::panes::Pane::Request)],
            &mut harness.effects,
        );
        while !harness.screen().contains("Password") {
            harness.press("]");
        }
        // From the line of the type it is the first secret that is written there; a user name may be one, too.
        assert!(harness.screen().contains("s secret"), "{}", harness.screen());
        harness.press("s");
        assert!(
            harness.screen().contains("Password is the secret variable"),
            "{}",
            harness.screen()
        );
        harness.press("<esc>j");
        assert!(harness.screen().contains("s secret"), "{}", harness.screen());
        harness.press("s");
        assert!(
            harness.screen().contains("User name is the secret variable"),
            "{}",
            harness.screen()
        );
        harness.press("<esc>j");
        assert!(harness.screen().contains("s secret"), "{}", harness.screen());
        harness.press("s");
        assert!(
            harness.screen().contains("a secret variable of"),
            "{}",
            harness.screen()
        );
        harness.press("<enter>");
        let auth = |harness: &Harness| harness.state.shared.workspace.request(id).unwrap().auth.clone();
        // An environment has a `password`, which would be sent in its place.
        assert_eq!(auth(&harness).text("password"), "{{password_2}}");
        let owner = Owner::Collection("pydio-cells".into());
        let current = |harness: &Harness| {
            let value = harness.state.shared.current.get(&owner, "password_2");
            value.and_then(|value| value.value.clone())
        };
        assert_eq!(current(&harness), Some("hunter2-heron".into()));
        let collection = harness.state.shared.workspace.collection_of(id).unwrap().id;
        let variable = |harness: &Harness| {
            let group = harness.state.shared.workspace.group(collection).unwrap();
            group
                .variables
                .iter()
                .find(|variable| variable.key == "password_2")
                .cloned()
        };
        let made = variable(&harness).unwrap();
        assert!(made.secret && made.value == "");
        assert!(!harness.screen().contains("hunter2"), "{}", harness.screen());
        assert!(!harness.screen().contains("s secret"), "{}", harness.screen());
        harness.press("u");
        assert_eq!(
            (auth(&harness), current(&harness), variable(&harness)),
            (written, None, None)
        );
    }
}
