//! Where what was only looked at is once it is imported: names are chosen anew in a workspace that has others already.

use std::collections::BTreeMap;

use crate::formats::{Collection, Found};
use crate::model::variable::Owner;
use crate::model::{ItemPath, Workspace};

use super::{Import, load};

/// The places in memory, as [`load`] gives them, and those in the workspace's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    items: BTreeMap<ItemPath, ItemPath>,
    environments: BTreeMap<String, String>,
}

impl Moved {
    /// Compares what was found with what importing it does.
    pub(super) fn of(found: &Found, todo: &Import) -> Self {
        let mut memory = Workspace::new("");
        let tops = load(&mut memory, found);
        let mut tops = tops.iter().filter_map(|top| memory.path(*top));
        let originals: Vec<&Collection> = found.originals().collect();
        let mut items = BTreeMap::new();
        for (collection, plan) in found.collections.iter().zip(&todo.collections) {
            // One that was left out in memory is no place to come from.
            if !originals.iter().any(|own| std::ptr::eq(*own, collection)) {
                continue;
            }
            let Some(top) = tops.next() else { break };
            let mut before: Vec<ItemPath> = Vec::with_capacity(collection.items.len());
            for (item, step) in collection.items.iter().zip(&plan.steps) {
                let above = item.parent.and_then(|parent| before.get(parent));
                let path = above.map_or_else(|| top.clone(), |above| above.join(&item.slug));
                items.insert(path.clone(), step.path.clone());
                before.push(path);
            }
        }
        let mut environments = BTreeMap::new();
        for (environment, step) in found.environments.iter().zip(&todo.environments) {
            let slug = memory.free_environment_slug(&environment.name);
            memory.load_environment(slug.clone(), environment.clone());
            environments.insert(slug, step.slug.clone());
        }
        Self { items, environments }
    }

    /// Where an item is.
    pub fn item(&self, path: &ItemPath) -> Option<&ItemPath> {
        self.items.get(path)
    }

    /// The file of an environment.
    pub fn environment(&self, slug: &str) -> Option<&str> {
        self.environments.get(slug).map(String::as_str)
    }

    /// Whose a current value is; `None` of what is nobody's there.
    pub fn owner(&self, owner: &Owner) -> Option<Owner> {
        Some(match owner {
            Owner::Globals => Owner::Globals,
            Owner::Environment(slug) => Owner::Environment(self.environment(slug)?.to_owned()),
            Owner::Collection(slug) => Owner::Collection(self.item(&ItemPath::new(slug.as_str()))?.to_string()),
            Owner::Vault | Owner::Tokens(_) | Owner::Source => return None,
        })
    }
}
