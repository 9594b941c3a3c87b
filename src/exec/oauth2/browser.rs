//! Opening the system's browser, and what it has for files.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

/// Opens a page in the browser, as `$BROWSER` or the system has it, and does not wait for it.
///
/// # Errors
///
/// Why there is none to be opened; the user can open the page by hand.
pub fn open_browser(url: &str) -> Result<(), String> {
    if let Some(browser) = env::var("BROWSER").ok().filter(|browser| !browser.trim().is_empty()) {
        // A list, by convention; the first that starts is it.
        let tried = browser.split(':').filter(|program| !program.is_empty());
        let mut why = String::new();
        for program in tried {
            match start(program, url) {
                Ok(()) => return Ok(()),
                Err(error) => why = format!("`{program}` does not start: {error}"),
            }
        }
        return Err(why);
    }
    if !has_screen() {
        return Err("there is no screen here for a browser".to_owned());
    }
    open::that_detached(url).map_err(|error| format!("no browser opens: {error}"))
}

/// Opens a file in the system's program for it, and does not wait for that.
///
/// # Errors
///
/// Why there is none.
pub fn open_file(path: &Path) -> Result<(), String> {
    if !has_screen() {
        return Err("there is no screen here to show it on".to_owned());
    }
    open::that_detached(path).map_err(|error| format!("no program opens it: {error}"))
}

fn start(program: &str, url: &str) -> std::io::Result<()> {
    // No shell: the address is somebody else's text.
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(program));
    let mut given = false;
    for word in words {
        given |= word == "%s";
        command.arg(if word == "%s" { url } else { word });
    }
    if !given {
        command.arg(url);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // Somebody has to ask for its end, or it stays behind as a zombie.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Whether a window could open: over SSH, where nothing is forwarded, it could not.
fn has_screen() -> bool {
    if cfg!(any(target_os = "macos", windows)) {
        return env::var_os("SSH_CONNECTION").is_none();
    }
    ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"]
        .iter()
        .any(|name| env::var_os(name).is_some())
}
