//! What was found, as files of ours and back.

use std::sync::Arc;

use postrider::formats::{Collection, Found, Item};
use postrider::model::{Entity, Environment};
use postrider::store::files::{Content, Place};

/// Every file: its place and its text.
pub fn files(found: &Found) -> Vec<(Place, String)> {
    let mut out = Vec::new();
    for collection in &found.collections {
        let paths = collection.paths(&collection.items[0].slug);
        for (item, path) in collection.items.iter().zip(paths) {
            let text = Content::Item(item.entity.clone()).to_toml();
            out.push((Place::of(&path, &item.entity), text));
        }
    }
    let environments = found
        .environments
        .iter()
        .map(|one| (Place::Environment("e".into()), one));
    let globals = found.globals.iter().map(|one| (Place::Globals, one));
    for (place, one) in environments.chain(globals) {
        out.push((place, Content::Environment(Arc::new(one.clone())).to_toml()));
    }
    out
}

/// The same things read back from those files.
pub fn reread(found: &Found) -> Found {
    let mut texts = files(found).into_iter();
    let mut content = || {
        let (place, text) = texts.next().unwrap();
        Content::from_toml(&place, &text).unwrap_or_else(|problem| panic!("{problem}\n{text}"))
    };
    let collections = found.collections.iter().map(|collection| Collection {
        is_v3: collection.is_v3,
        lacks: collection.lacks.clone(),
        folder: collection.folder.clone(),
        items: collection
            .items
            .iter()
            .map(|item| Item {
                parent: item.parent,
                slug: item.slug.clone(),
                entity: entity(content()),
            })
            .collect(),
    });
    let collections = collections.collect();
    Found {
        collections,
        environments: found.environments.iter().map(|_| environment(content())).collect(),
        globals: found.globals.as_ref().map(|_| environment(content())),
        beside: found.beside.clone(),
        report: found.report.clone(),
    }
}

fn entity(content: Content) -> Entity {
    match content {
        Content::Item(entity) => entity,
        Content::Environment(_) => panic!("an environment among the items"),
    }
}

fn environment(content: Content) -> Environment {
    match content {
        Content::Environment(environment) => Arc::unwrap_or_clone(environment),
        Content::Item(_) => panic!("an item among the environments"),
    }
}
