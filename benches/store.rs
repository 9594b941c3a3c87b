//! How long a workspace of 1,000 requests takes to load, a save, and opening the local state.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;

use postrider::model::ItemPath;
use postrider::model::variable::{CurrentValue, CurrentValues, Owner};
use postrider::store::{Content, Files, Place, State};

fn main() {
    divan::main();
}

/// Ten collections of ten folders of ten requests, each with headers, a body and a script.
fn workspace() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for n in 0..1_000 {
        let folder = root.path().join(format!("collections/c{}/f{}", n / 100, n / 10 % 10));
        fs::create_dir_all(&folder).unwrap();
        let mut text =
            format!("name = \"Request {n}\"\nmethod = \"POST\"\nurl = \"{{{{base_url}}}}/a/{n}\"\norder = {n}\n");
        text.push_str("headers = [\n  { name = \"Accept\", value = \"*/*\" },\n  { name = \"X-Trace\", value = \"{{$guid}}\" },\n]\n");
        text.push_str("\n[body]\ntype = \"json\"\ntext = '''\n{\n");
        for line in 0..10 {
            writeln!(text, "  \"key{line}\": \"value {line}\",").unwrap();
        }
        text.push_str("  \"end\": true\n}'''\n\n[scripts]\npost-response = '''\npm.test(\"ok\", function () {\n    pm.response.to.be.ok;\n});\n'''\n");
        fs::write(folder.join(format!("r{n}.toml")), text).unwrap();
    }
    root
}

#[divan::bench]
fn load_1000_requests(bencher: divan::Bencher) {
    let root = workspace();
    bencher.bench_local(|| black_box(Files::new(root.path()).load()));
}

#[divan::bench]
fn save_one_field(bencher: divan::Bencher) {
    let root = workspace();
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
