//! A large workspace to measure with.

use std::fmt::Write as _;
use std::fs;

/// Ten collections of ten folders of ten requests, each with headers, a body and a script.
pub fn thousand_requests() -> tempfile::TempDir {
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
