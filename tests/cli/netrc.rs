//! The user's netrc: only with leave, only for its hosts.

use predicates::prelude::*;
use predicates::str::contains;

use super::{Home, write};

const REQUEST: &str = "name = \"Who\"\nurl = \"{{base_url}}/demo/echo\"\nauth = { type = \"netrc\" }\n";

#[test]
fn a_netrc_is_used_only_with_leave_and_only_for_its_hosts() {
    let home = Home::new();
    let netrc = |text: &str| write(home.folder.path(), "home/.netrc", text);
    netrc("machine 127.0.0.1 login me password heron-4711\n");
    let send = |more: &[&str]| {
        let mut command = home.with(&[("who", REQUEST)]);
        command
            .env_remove("NETRC")
            .args(["send", "collections/api/who.toml", "--demo"]);
        command.args(more).assert()
    };
    // The server echoes it: `me:heron-4711` in Base64.
    let arrives = "Basic bWU6aGVyb24tNDcxMQ==";
    let refused = || contains("may use your netrc only with your consent").and(contains("--netrc"));
    // Neither without leave, nor with that of the settings alone: nobody could be asked here.
    send(&[]).code(1).stdout("").stderr(refused());
    write(home.folder.path(), "config/postrider/config.toml", "netrc = true\n");
    send(&[]).code(1).stdout("").stderr(refused());
    send(&["--allow-vault", "--allow-ticket"])
        .code(1)
        .stdout("")
        .stderr(refused());
    send(&["--netrc"])
        .success()
        .stdout(contains(arrives))
        .stderr(contains("netrc").not());
    netrc("machine other.test login me password x\n");
    send(&["--netrc"])
        .success()
        .stderr(contains("your netrc has nothing for `127.0.0.1`"));
    std::fs::remove_file(home.folder.path().join("home/.netrc")).unwrap();
    for more in [&["--netrc"][..], &[]] {
        send(more)
            .success()
            .stderr(contains("cannot read").and(contains(".netrc")))
            .stderr(contains("has nothing for").not());
    }
}
