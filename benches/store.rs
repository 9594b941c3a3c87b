//! How long a workspace of 1,000 requests takes to load, a save, and opening the local state.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]

mod samples;

use std::hint::black_box;

use postrider::model::ItemPath;
use postrider::model::variable::{CurrentValue, CurrentValues, Owner};
use postrider::store::{Content, Files, Place, State};

fn main() {
    divan::main();
}

#[divan::bench]
fn load_1000_requests(bencher: divan::Bencher) {
    let root = samples::requests(10, 10, 10);
    bencher.bench_local(|| black_box(Files::new(root.path()).load()));
}

#[divan::bench]
fn save_one_field(bencher: divan::Bencher) {
    let root = samples::requests(10, 10, 10);
    let files = Files::new(root.path());
    let workspace = files.load();
    let path = ItemPath::new("c0/f0/r0");
    let entity = workspace.node(workspace.find(&path).unwrap()).unwrap().entity.clone();
    let place = Place::Request(path);
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        files
            .save(&place, &Content::Item(entity.renamed(&n.to_string())), false)
            .unwrap()
    });
}

#[divan::bench]
fn open_state(bencher: divan::Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let mut values = CurrentValues::default();
    for n in 0..50 {
        let value = CurrentValue {
            value: Some("x".repeat(1_000).into()),
            set_by: "you".into(),
            set_at: jiff::Timestamp::UNIX_EPOCH,
            secret: false,
        };
        values.set(Owner::Environment("demo".into()), format!("v{n}"), value);
    }
    let (mut state, _) = State::open_file(&file).unwrap();
    state.save_current_values(&CurrentValues::default(), &values).unwrap();
    state.set_layout("{}").unwrap();
    drop(state);
    bencher.bench_local(|| {
        let (state, _) = State::open_file(&file).unwrap();
        black_box((state.layout().unwrap(), state.current_values().unwrap()))
    });
}
