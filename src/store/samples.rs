//! The sample workspace, built into the program: written out where the user has no workspace yet.

/// A file of the sample workspace: its path below the workspace, and its text.
pub type Sample = (&'static str, &'static str);

macro_rules! sample {
    ($path:literal) => {
        ($path, include_str!(concat!("../../", $path)))
    };
}

/// Every file of the repository's `collections/` and `environments/`.
pub const SAMPLES: &[Sample] = &[
    sample!("collections/pydio-cells/collection.toml"),
    sample!("collections/pydio-cells/configuration/data-sources.toml"),
    sample!("collections/pydio-cells/configuration/folder.toml"),
    sample!("collections/pydio-cells/configuration/list-services.toml"),
    sample!("collections/pydio-cells/get-token.toml"),
    sample!("collections/pydio-cells/jobs/folder.toml"),
    sample!("collections/pydio-cells/jobs/running-jobs.toml"),
    sample!("collections/pydio-cells/jobs/start-job.toml"),
    sample!("collections/pydio-cells/openid/discovery.toml"),
    sample!("collections/pydio-cells/openid/folder.toml"),
    sample!("collections/pydio-cells/openid/keys.toml"),
    sample!("collections/pydio-cells/roles/create-role.toml"),
    sample!("collections/pydio-cells/roles/delete-role.toml"),
    sample!("collections/pydio-cells/roles/folder.toml"),
    sample!("collections/pydio-cells/roles/get-role.toml"),
    sample!("collections/pydio-cells/roles/search-roles.toml"),
    sample!("collections/pydio-cells/search/by-name.toml"),
    sample!("collections/pydio-cells/search/folder.toml"),
    sample!("collections/pydio-cells/search/pictures.toml"),
    sample!("collections/pydio-cells/tree/all-nodes.toml"),
    sample!("collections/pydio-cells/tree/folder-content.toml"),
    sample!("collections/pydio-cells/tree/folder.toml"),
    sample!("collections/pydio-cells/tree/stat.toml"),
    sample!("collections/pydio-cells/tree/top-level.toml"),
    sample!("collections/pydio-cells/users/create-user.toml"),
    sample!("collections/pydio-cells/users/delete-user.toml"),
    sample!("collections/pydio-cells/users/folder.toml"),
    sample!("collections/pydio-cells/users/get-user.toml"),
    sample!("collections/pydio-cells/users/me.toml"),
    sample!("collections/pydio-cells/users/search-users.toml"),
    sample!("collections/pydio-cells/workspaces/access-rights.toml"),
    sample!("collections/pydio-cells/workspaces/folder.toml"),
    sample!("collections/pydio-cells/workspaces/search-workspaces.toml"),
    sample!("collections/try-me/collection.toml"),
    sample!("collections/try-me/echo.toml"),
    sample!("collections/try-me/escape-sequences.toml"),
    sample!("collections/try-me/no-json.toml"),
    sample!("collections/try-me/redirects.toml"),
    sample!("collections/try-me/set-cookies.toml"),
    sample!("collections/try-me/several-mb.toml"),
    sample!("collections/try-me/show-cookies.toml"),
    sample!("collections/try-me/slow-reply.toml"),
    sample!("environments/cells.toml"),
    sample!("environments/demo.toml"),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn files(folder: &Path, root: &Path, out: &mut BTreeSet<String>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, root, out);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                out.insert(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn every_file_of_the_samples_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut there = BTreeSet::new();
        for folder in ["collections", "environments"] {
            files(&root.join(folder), root, &mut there);
        }
        let built_in: BTreeSet<String> = SAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(there, built_in);
    }
}
