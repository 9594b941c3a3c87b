//! Large workspaces to measure with.

use std::fmt::Write as _;
use std::fs;

/// Collections of so many folders of so many requests, each with headers, a body and a script.
pub fn requests(collections: usize, folders: usize, each: usize) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for n in 0..collections * folders * each {
        let (collection, within) = (n / (folders * each), n / each % folders);
        let folder = root.path().join(format!("collections/c{collection}/f{within}"));
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
