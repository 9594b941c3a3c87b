//! Putting drafts back over what the files say, at the start.
//!
//! A draft knows a hash of the file it is based on. When the file is another one by now, the draft is shown, but the file
//! counts as somebody else's: saving asks. A draft that cannot be read is set aside, or the next edit would run over it.

use crate::model::edit::Edit;
use crate::model::problem::Problem;
use crate::model::{Entity, Filed, InOrder, ItemPath, Workspace};
use crate::store::state::{Draft, draft_aside};
use crate::store::{Content, Files, Place};
use crate::tui::drafts::{self, Key};
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::shared::Level;
use crate::tui::state::State;

/// Drafts with the hashes of their files as these are now.
pub fn found(drafts: Vec<Draft>, files: &Files) -> Vec<(Draft, Option<String>)> {
    let base = |draft: &Draft| drafts::place_of(&draft.key).and_then(|place| files.known_hash(&place));
    let with_base = |draft: Draft| {
        let base = base(&draft);
        (draft, base)
    };
    drafts.into_iter().map(with_base).collect()
}

/// Puts all drafts back; returns what is to be done about those that cannot be. What was changed outside since is to be
/// disowned.
pub fn drafts(state: &mut State, found: Vec<(Draft, Option<String>)>, mut disown: impl FnMut(&Place)) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut contested = Vec::new();
    let mut homeless = Vec::new();
    let mut found = found;
    // A folder comes before what is in it, which may need it.
    found.order_by(|(a, _), (b, _)| a.key.cmp(&b.key));
    for (draft, base) in found {
        match put_back(&mut state.shared.workspace, &draft) {
            Ok(Back {
                filed,
                content,
                at_home,
            }) => {
                let workspace = &state.shared.workspace;
                let place = drafts::place(workspace, filed);
                if at_home
                    && workspace.is_unsaved(filed)
                    && base != draft.base
                    && let Some(place) = place.filter(|_| base.is_some())
                {
                    disown(&place);
                    contested.push(workspace.name_of(filed).to_owned());
                    state.shared.contested.insert(filed);
                }
                if !at_home {
                    if drafts::place(workspace, filed).is_some() {
                        state.shared.contested.insert(filed);
                    }
                    homeless.push(workspace.name_of(filed).to_owned());
                }
                state.keeper.found(draft.key, content);
            }
            Err(problem) => {
                let aside = draft_aside(&draft.key, state.shared.now);
                state.shared.workspace.problems.push(Problem {
                    file: "local state".into(),
                    at: None,
                    message: format!("the draft of `{}` cannot be put back: {}", draft.key, problem.message),
                    hint: Some(format!("its text stays in the local state, in `drafts`, as `{aside}`")),
                    warning: true,
                });
                let key = draft.key;
                effects.push(Effect::Local(LocalJob::DraftAside { key, aside }));
            }
        }
    }
    if !homeless.is_empty() {
        // Those that came back stand at the end.
        state.shared.workspace.sort();
    }
    if let Some(text) = word(
        &contested,
        "was changed outside since you edited it; yours is kept, and saving will ask",
    ) {
        state.shared.notify(Level::Warning, text);
    } else if let Some(text) = word(&homeless, "lost its file; what you had is kept, and saving will ask") {
        state.shared.notify(Level::Warning, text);
    }
    effects
}

fn word(names: &[String], what: &str) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("`{name}` {what}")),
        [name, rest @ ..] => Some(format!("`{name}` {what} (and {} more like it)", rest.len())),
    }
}

/// A draft that is in the workspace again.
struct Back {
    filed: Filed,
    content: Content,
    /// Whether what it is for is there still.
    at_home: bool,
}

fn put_back(workspace: &mut Workspace, draft: &Draft) -> Result<Back, Problem> {
    match drafts::read_key(&draft.key) {
        Key::Scratch(slug) => {
            let place = Place::Request(ItemPath::new(slug.clone()));
            let content = Content::from_toml(&place, &draft.text)?;
            let filed = scratch(workspace, &content, slug, &draft.key)?;
            Ok(Back {
                filed,
                content,
                at_home: true,
            })
        }
        Key::Place(Place::Group(path)) => item(workspace, &path, true, &draft.text),
        Key::Place(Place::Request(path)) => item(workspace, &path, false, &draft.text),
        Key::Place(place) => environment(workspace, &place, &draft.text),
    }
}

fn environment(workspace: &mut Workspace, place: &Place, text: &str) -> Result<Back, Problem> {
    let content = Content::from_toml(place, text)?;
    let Content::Environment(environment) = &content else {
        return Err(misfit(place.slug()));
    };
    let environment = environment.clone();
    let found = match place {
        Place::Environment(slug) => workspace
            .environments()
            .iter()
            .find(|node| node.slug == *slug)
            .map(|node| node.id),
        _ => None,
    };
    let (edit, filed, at_home) = match (place, found) {
        (Place::Environment(_), Some(id)) => (
            Edit::ReplaceEnvironment { id, environment },
            Filed::Environment(id),
            true,
        ),
        (Place::Environment(slug), None) => {
            let node = workspace.new_environment((*environment).clone(), slug.clone());
            let filed = Filed::Environment(node.id);
            let index = usize::MAX;
            (Edit::InsertEnvironment { node, index }, filed, false)
        }
        _ => (Edit::ReplaceGlobals { globals: environment }, Filed::Globals, true),
    };
    workspace.apply(edit).map_err(|_| misfit(place.slug()))?;
    Ok(Back {
        filed,
        content,
        at_home,
    })
}

fn item(workspace: &mut Workspace, path: &ItemPath, is_group: bool, text: &str) -> Result<Back, Problem> {
    let place = if is_group {
        Place::Group(path.clone())
    } else {
        Place::Request(path.clone())
    };
    let content = Content::from_toml(&place, text)?;
    if let Some(id) = workspace.find_kind(path, is_group)
        && let Some(node) = workspace.node(id)
    {
        let Content::Item(entity) = content else {
            return Err(misfit(path.as_str()));
        };
        // Name and place are on disk at once, so the file is right about them.
        let entity = entity.renamed(node.entity.name()).ordered(node.entity.order());
        let content = Content::Item(entity.clone());
        let replace = Edit::Replace { id, entity };
        workspace.apply(replace).map_err(|_| misfit(path.as_str()))?;
        return Ok(Back {
            filed: Filed::Node(id),
            content,
            at_home: true,
        });
    }
    // Its file is gone: it comes back as never saved, where it was if that is there still.
    let Content::Item(entity) = &content else {
        return Err(misfit(path.as_str()));
    };
    let parent = path.parent().and_then(|parent| workspace.find_kind(&parent, true));
    let filed = if parent.is_some() || matches!(entity, Entity::Collection(_)) {
        let (id, nodes) = workspace.new_node(entity.clone(), path.slug());
        let index = usize::MAX;
        let insert = Edit::Insert { nodes, parent, index };
        workspace.apply(insert).map_err(|_| misfit(path.as_str()))?;
        Filed::Node(id)
    } else {
        let slug = uuid::Uuid::new_v4().to_string();
        scratch(workspace, &content, slug, path.as_str())?
    };
    Ok(Back {
        filed,
        content,
        at_home: false,
    })
}

/// Adds a request that is saved nowhere.
fn scratch(workspace: &mut Workspace, content: &Content, slug: String, key: &str) -> Result<Filed, Problem> {
    let Content::Item(entity @ Entity::Request(_)) = content else {
        return Err(misfit(key));
    };
    let (id, nodes) = workspace.new_node(entity.clone(), slug);
    let insert = Edit::Insert {
        nodes,
        parent: None,
        index: usize::MAX,
    };
    workspace.apply(insert).map_err(|_| misfit(key))?;
    Ok(Filed::Node(id))
}

fn misfit(what: &str) -> Problem {
    Problem {
        file: what.into(),
        at: None,
        message: "it has no place any more".to_owned(),
        hint: None,
        warning: false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::fs;

    use super::*;
    use crate::store::SaveError;
    use jiff::Timestamp;

    /// A workspace on disk, and the state as it is after the drafts were put back.
    fn started(disk: &tempfile::TempDir, found: Vec<Draft>) -> (State, Files) {
        let files = Files::new(disk.path());
        let mut state = State::default();
        state.shared.workspace = files.load();
        drafts(&mut state, super::found(found, &files), |place| files.disown(place));
        state.keeper.pending = true;
        (state, files)
    }

    fn disk(texts: &[(&str, &str)]) -> tempfile::TempDir {
        let disk = tempfile::tempdir().unwrap();
        for (file, text) in texts {
            let path = disk.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        disk
    }

    fn draft(key: &str, text: &str, base: Option<&str>) -> Draft {
        Draft {
            key: key.into(),
            text: text.into(),
            base: base.map(crate::store::state::text_hash),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    const GET: &str = "method = 'GET'\nurl = 'http://mine'\n";

    #[test]
    fn a_draft_of_another_version_of_the_file_makes_saving_ask() {
        let disk = disk(&[
            ("collections/c/one.toml", "url = 'http://disk'\n"),
            ("collections/c/two.toml", "url = 'http://disk'\n"),
            ("environments/demo.toml", "name = 'demo'\n"),
        ]);
        let (state, files) = started(
            &disk,
            vec![
                draft("c/one", GET, Some("url = 'http://older'\n")),
                draft("c/two", GET, Some("url = 'http://disk'\n")),
                draft("/environments/demo", "name = 'mine'\n", Some("name = 'older'\n")),
            ],
        );
        let workspace = &state.shared.workspace;
        for (path, asks) in [("c/one", true), ("c/two", false)] {
            let id = workspace.find(&ItemPath::new(path)).unwrap();
            assert_eq!(workspace.request(id).unwrap().full_url(), "http://mine");
            assert_eq!(state.shared.contested.contains(&Filed::Node(id)), asks, "{path}");
            let content = drafts::content(workspace, Filed::Node(id)).unwrap();
            let saved = files.save(&Place::Request(ItemPath::new(path)), &content, false);
            assert_eq!(matches!(saved, Err(SaveError::Conflict { .. })), asks, "{path}");
        }
        let id = workspace.environment_named("demo").unwrap().id;
        assert!(state.shared.contested.contains(&Filed::Environment(id)));
        let notice = state.shared.notice.unwrap();
        assert!(notice.text.contains("saving will ask"), "{}", notice.text);
    }

    #[test]
    fn a_draft_whose_file_is_gone_comes_back_once() {
        let disk = disk(&[
            ("collections/c/collection.toml", "name = 'C'\n"),
            ("collections/c/z.toml", "name = 'Z'\n"),
        ]);
        let found = || {
            vec![
                draft("c/f/r", GET, Some("x")),
                draft("c/f/", "name = 'F'\ndescription = 'mine'\n", Some("x")),
                draft("gone/r", GET, Some("x")),
                draft("/environments/gone", "name = 'Gone'\n", Some("x")),
            ]
        };
        let (mut state, _) = started(&disk, found());
        let workspace = &state.shared.workspace;
        let request = workspace.find(&ItemPath::new("c/f/r")).unwrap();
        assert!(workspace.is_unsaved(Filed::Node(request)));
        assert_eq!(workspace.scratch().len(), 1);
        assert!(workspace.environment_named("gone").is_some());
        let folders = &workspace.node(workspace.collections()[0]).unwrap().children;
        assert_eq!(
            workspace.path(folders[0]).unwrap().as_str(),
            "c/f",
            "in its place again"
        );
        // Saving would bring back what somebody has deleted: it asks.
        assert!(state.shared.is_lost(Filed::Node(request)) && state.shared.contested.len() == 3);
        // What has no place any more is filed anew, so that the next start finds it once.
        let kept = state.keep(Timestamp::now());
        let changed: Vec<(&str, bool)> = kept
            .iter()
            .filter_map(|effect| match effect {
                Effect::Local(LocalJob::Draft(key, text)) => Some((key.as_str(), text.is_some())),
                _ => None,
            })
            .collect();
        assert!(
            matches!(changed[..], [(new, true), ("gone/r", false)] if new.starts_with("scratch:")),
            "{changed:?}"
        );
    }

    #[test]
    fn a_draft_that_says_what_the_disk_says_is_dropped() {
        let disk = disk(&[("collections/c/one.toml", GET)]);
        let (mut state, _) = started(&disk, vec![draft("c/one", GET, None)]);
        assert!(state.shared.contested.is_empty());
        let kept = state.keep(Timestamp::now());
        let dropped = |effect: &Effect| matches!(effect, Effect::Local(LocalJob::Draft(key, None)) if key == "c/one");
        assert!(kept.iter().any(dropped));
    }

    #[test]
    fn drafts_of_a_request_and_of_a_folder_of_its_name_are_two() {
        let disk = disk(&[
            ("collections/c/users.toml", "url = 'http://disk'\n"),
            ("collections/c/users/folder.toml", "name = 'Users'\n"),
        ]);
        let (mut state, files) = started(&disk, Vec::new());
        let path = ItemPath::new("c/users");
        let both = |state: &State| [false, true].map(|kind| state.shared.workspace.find_kind(&path, kind).unwrap());
        for id in both(&state) {
            let mut entity = state.shared.workspace.node(id).unwrap().entity.clone();
            match &mut entity {
                Entity::Request(request) => std::sync::Arc::make_mut(request).description = "mine".into(),
                Entity::Folder(group) | Entity::Collection(group) => {
                    std::sync::Arc::make_mut(group).description = "mine".into();
                }
            }
            state.shared.workspace.apply(Edit::Replace { id, entity }).unwrap();
        }
        let kept = state.keep(Timestamp::now());
        let kept: Vec<Draft> = kept
            .iter()
            .filter_map(|effect| match effect {
                Effect::Local(LocalJob::Draft(key, Some(content))) => Some(Draft {
                    base: files.known_hash(&drafts::place_of(key).unwrap()),
                    ..draft(key, &content.to_toml(), None)
                }),
                _ => None,
            })
            .collect();
        let (state, _) = started(&disk, kept);
        for id in both(&state) {
            let entity = &state.shared.workspace.node(id).unwrap().entity;
            let description = match entity {
                Entity::Request(request) => &request.description,
                Entity::Folder(group) | Entity::Collection(group) => &group.description,
            };
            assert_eq!(description, "mine", "{}", entity.kind());
        }
        assert!(state.shared.contested.is_empty());
    }

    #[test]
    fn a_draft_that_cannot_be_read_is_set_aside_with_a_word() {
        let disk = disk(&[("collections/c/one.toml", "url = 'http://disk'\n")]);
        let mut state = State::default();
        let files = Files::new(disk.path());
        state.shared.workspace = files.load();
        let found = super::found(vec![draft("c/one", "url = [", None)], &files);
        let effects = drafts(&mut state, found, |place| files.disown(place));
        let [Effect::Local(LocalJob::DraftAside { key, aside })] = &effects[..] else {
            panic!("{effects:?}");
        };
        assert_eq!(key, "c/one");
        let [problem] = &state.shared.workspace.problems[..] else {
            panic!("{:?}", state.shared.workspace.problems);
        };
        assert!(problem.message.contains("`c/one`"), "{problem}");
        assert!(problem.hint.as_ref().is_some_and(|hint| hint.contains(aside)));
    }
}
