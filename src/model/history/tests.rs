//! Undo and redo, with and without changes made outside.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;
use crate::model::{Group, ItemPath, Request, Variable};

struct Fixture {
    workspace: Workspace,
    current: CurrentValues,
    history: History,
    folder: NodeId,
    request: NodeId,
    sibling: NodeId,
}

fn request(url: &str) -> Entity {
    Entity::Request(Arc::new(Request {
        url: url.into(),
        ..Request::default()
    }))
}

impl Fixture {
    fn new() -> Self {
        let mut workspace = Workspace::new("/w");
        let collection = workspace.load_node(None, "c", Entity::Collection(Arc::new(Group::named("C"))));
        let folder = workspace.load_node(Some(collection), "f", Entity::Folder(Arc::new(Group::named("F"))));
        let sibling = workspace.load_node(Some(folder), "s", request("s"));
        let request = workspace.load_node(Some(folder), "r", request("first"));
        Self {
            workspace,
            current: CurrentValues::default(),
            history: History::default(),
            folder,
            request,
            sibling,
        }
    }

    fn act(&mut self, merge: Option<&str>, edits: Vec<Edit>) {
        let edits = self.workspace.apply_all(edits).unwrap();
        self.history.record(Step {
            label: "it".into(),
            merge: merge.map(str::to_owned),
            edits,
            ..Step::default()
        });
    }

    fn replace(&mut self, url: &str) {
        let id = self.request;
        self.act(
            None,
            vec![Edit::Replace {
                id,
                entity: request(url),
            }],
        );
    }

    fn outside(&mut self, change: impl FnOnce(&mut Workspace)) {
        let before = self.workspace.clone();
        change(&mut self.workspace);
        self.history.follow(&before, &self.workspace);
    }

    fn undo(&mut self) -> Option<Result<Step, EditError>> {
        self.history.undo(&mut self.workspace, &mut self.current)
    }

    fn redo(&mut self) -> Option<Result<Step, EditError>> {
        self.history.redo(&mut self.workspace, &mut self.current)
    }

    fn url(&self) -> &str {
        self.workspace.request(self.request).unwrap().url.as_str()
    }

    fn follow(&mut self, url: &str) {
        // As if what is there were saved.
        let saved = self.workspace.node(self.request).unwrap().entity.clone();
        self.workspace.mark_saved(self.request, saved);
        let path = ItemPath::new("c/f/r");
        self.outside(|workspace| {
            workspace.follow_node(&path, request(url));
        });
    }
}

#[test]
fn typing_is_one_step_of_undo() {
    let mut fixture = Fixture::new();
    let id = fixture.request;
    for url in ["a", "ab", "abc"] {
        fixture.act(
            Some("url"),
            vec![Edit::Replace {
                id,
                entity: request(url),
            }],
        );
    }
    fixture.undo().unwrap().unwrap();
    assert_eq!(fixture.url(), "first");
    assert!(fixture.undo().is_none());
    fixture.redo().unwrap().unwrap();
    assert_eq!(fixture.url(), "abc");
}

#[test]
fn a_step_that_fails_half_way_is_rolled_back_and_stays() {
    let mut fixture = Fixture::new();
    let (folder, id) = (fixture.folder, fixture.request);
    let removed = fixture.workspace.node(id).unwrap().clone();
    fixture.act(
        None,
        vec![
            Edit::Replace {
                id: folder,
                entity: Entity::Folder(Arc::new(Group::named("Renamed"))),
            },
            Edit::Remove { id },
        ],
    );
    // Something else has taken its place; the edits to undo it come in reverse.
    let other = fixture.workspace.load_node(Some(folder), "r", request("other"));
    let last = fixture.history.undo.last_mut().unwrap();
    last.edits.reverse();
    assert_eq!(
        fixture.undo().unwrap().unwrap_err(),
        EditError::Taken { slug: "r".into() }
    );
    assert_eq!(fixture.workspace.node(folder).unwrap().entity.name(), "Renamed");
    assert!(fixture.workspace.node(id).is_none());
    fixture.workspace.apply(Edit::Remove { id: other }).unwrap();
    fixture.undo().unwrap().unwrap();
    assert_eq!(fixture.workspace.node(folder).unwrap().entity.name(), "F");
    assert_eq!(fixture.workspace.node(id).unwrap().entity, removed.entity);
}

#[test]
fn a_vanished_sibling_does_not_keep_a_move_from_being_undone() {
    let mut fixture = Fixture::new();
    let (id, sibling, folder) = (fixture.request, fixture.sibling, fixture.folder);
    let ordered = |fixture: &Fixture, id, order| Edit::Replace {
        id,
        entity: fixture.workspace.node(id).unwrap().entity.ordered(Some(order)),
    };
    let edits = vec![
        Edit::Move {
            id,
            parent: Some(folder),
            index: 0,
            slug: "r".into(),
        },
        ordered(&fixture, id, 10),
        ordered(&fixture, sibling, 20),
    ];
    fixture.act(None, edits);
    // Not told to the history, as when it goes in any other way.
    fixture.workspace.drop_node(&ItemPath::new("c/f/s"), false);
    fixture.workspace.apply(Edit::Remove { id: sibling }).unwrap();
    fixture.undo().unwrap().unwrap();
    assert_eq!(fixture.workspace.node(id).unwrap().entity.order(), None);
}

#[test]
fn undo_does_not_revert_what_was_changed_outside() {
    let mut fixture = Fixture::new();
    fixture.replace("second");
    fixture.follow("outside");
    assert!(fixture.undo().is_none(), "{}", fixture.url());
    assert_eq!(fixture.url(), "outside");

    fixture.replace("third");
    fixture.undo().unwrap().unwrap();
    assert_eq!(fixture.url(), "outside");
    fixture.follow("outside again");
    assert!(fixture.redo().is_none());
    assert_eq!(fixture.url(), "outside again");
}

#[test]
fn a_name_and_a_place_are_undone_around_an_outside_change() {
    let mut fixture = Fixture::new();
    fixture.replace("second");
    let (id, folder) = (fixture.request, fixture.folder);
    let entity = fixture
        .workspace
        .node(id)
        .unwrap()
        .entity
        .renamed("New")
        .ordered(Some(5));
    fixture.act(None, vec![Edit::Replace { id, entity }]);
    let saved = fixture.workspace.node(id).unwrap().entity.clone();
    fixture.workspace.mark_saved(id, saved.clone());
    let Entity::Request(theirs) = saved else { panic!() };
    let theirs = Entity::Request(Arc::new(Request {
        url: "outside".into(),
        ..(*theirs).clone()
    }));
    fixture.outside(|workspace| {
        workspace.follow_node(&ItemPath::new("c/f/r"), theirs);
    });
    fixture.undo().unwrap().unwrap();
    let node = fixture.workspace.node(id).unwrap();
    assert_eq!((node.entity.name(), node.entity.order()), ("", None));
    assert_eq!(fixture.url(), "outside");
    assert!(fixture.undo().is_none(), "the older content is out of reach");
    fixture.redo().unwrap().unwrap();
    assert_eq!(fixture.workspace.node(id).unwrap().entity.name(), "New");
    assert_eq!(fixture.url(), "outside");
    assert!(fixture.workspace.node(folder).is_some());
}

#[test]
fn what_is_gone_outside_takes_its_steps_along_and_nothing_blocks_the_rest() {
    let mut fixture = Fixture::new();
    let sibling = fixture.sibling;
    let entity = request("changed sibling");
    fixture.act(None, vec![Edit::Replace { id: sibling, entity }]);
    fixture.workspace.mark_saved(sibling, request("changed sibling"));
    fixture.replace("second");
    fixture.workspace.mark_saved(fixture.request, request("second"));
    let id = fixture.request;
    fixture.act(None, vec![Edit::Remove { id }]);
    fixture.outside(|workspace| {
        workspace.drop_node(&ItemPath::new("c/f"), true);
    });
    assert!(fixture.workspace.node(fixture.folder).is_none());
    assert!(fixture.undo().is_none());
}

#[test]
fn what_got_something_from_outside_is_not_removed_by_undo() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder;
    let (id, nodes) = fixture.workspace.new_node(request("new"), "n");
    let insert = Edit::Insert {
        nodes,
        parent: Some(folder),
        index: 0,
    };
    fixture.act(None, vec![insert]);
    fixture.workspace.mark_saved(id, request("new"));
    fixture.outside(|workspace| {
        workspace.follow_node(&ItemPath::new("c/f/n"), request("outside"));
    });
    assert!(fixture.undo().is_none());
    assert!(fixture.workspace.node(id).is_some());
}

#[test]
fn environments_and_globals_follow_too() {
    let mut fixture = Fixture::new();
    let environment = |name: &str, value: &str| Environment {
        name: name.into(),
        variables: vec![Variable::new("a", value)],
        ..Environment::default()
    };
    let id = fixture.workspace.load_environment("e", environment("E", "1"));
    let change = |name: &str, value: &str| Edit::ReplaceEnvironment {
        id,
        environment: Arc::new(environment(name, value)),
    };
    fixture.act(None, vec![change("E", "2")]);
    fixture.act(None, vec![change("New", "2")]);
    let globals = Arc::new(environment("", "1"));
    fixture.act(None, vec![Edit::ReplaceGlobals { globals }]);
    // As if it were saved: over unsaved changes nothing from outside shows.
    let saved = fixture.workspace.environment(id).unwrap().environment.clone();
    fixture.workspace.mark_environment_saved(id, saved);
    let globals = fixture.workspace.globals().clone();
    fixture.workspace.mark_globals_saved(globals);
    fixture.outside(|workspace| {
        workspace.follow_environment("e", environment("New", "outside"));
        workspace.load_globals(environment("", "outside"));
    });
    fixture.undo().unwrap().unwrap();
    let now = fixture.workspace.environment(id).unwrap().environment.clone();
    assert_eq!(*now, environment("E", "outside"));
    assert_eq!(**fixture.workspace.globals(), environment("", "outside"));
    assert!(fixture.undo().is_none());
}

#[test]
fn values_come_and_go_with_their_step_unless_a_script_was_later() {
    let mut fixture = Fixture::new();
    let value = |text: &str| CurrentValue {
        value: Some(text.into()),
        set_by: "you".into(),
        set_at: jiff::Timestamp::UNIX_EPOCH,
        secret: false,
    };
    let owner = Owner::Environment("e".into());
    fixture.current.set(owner.clone(), "token", value("t"));
    fixture.replace("second");
    let forgotten = ValueChange::forget_all(&fixture.current, &owner);
    assert!(forgotten.iter().all(|change| change.apply(&mut fixture.current)));
    assert_eq!(fixture.current.get(&owner, "token"), None);
    fixture.history.amend(false, forgotten);
    let done = fixture.undo().unwrap().unwrap();
    assert_eq!(done.values.len(), 1);
    assert_eq!(fixture.current.get(&owner, "token"), Some(&value("t")));
    fixture.redo().unwrap().unwrap();
    assert_eq!(fixture.current.get(&owner, "token"), None);

    fixture.current.set(owner.clone(), "token", value("newer"));
    assert!(fixture.undo().unwrap().unwrap().values.is_empty());
    assert_eq!(fixture.current.get(&owner, "token"), Some(&value("newer")));
}

#[test]
fn a_step_whose_node_is_gone_does_not_stand_before_the_others() {
    let mut fixture = Fixture::new();
    let (folder, id) = (fixture.folder, fixture.request);
    let renamed = Entity::Folder(Arc::new(Group::named("Renamed")));
    fixture.act(
        None,
        vec![Edit::Replace {
            id: folder,
            entity: renamed,
        }],
    );
    let slug = "other".to_owned();
    fixture.act(None, vec![Edit::Reslug { id, slug }]);
    fixture.workspace.apply(Edit::Remove { id }).unwrap();
    assert_eq!(fixture.undo().unwrap().unwrap_err(), EditError::Gone);
    fixture.undo().unwrap().unwrap();
    assert_eq!(fixture.workspace.node(folder).unwrap().entity.name(), "F");
}
