//! Opening the system's browser, and what it has for files.

use std::env;
use std::io;
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
    open::that_detached(url).map_err(|error| format!("no browser opens: {}", why(&error)))
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
    open::that_detached(path).map_err(|error| format!("no program opens it: {}", why(&error)))
}

/// Why the system opens nothing. The library writes down the whole command, with what was to be opened, and its status as
/// Rust has it.
fn why(error: &io::Error) -> String {
    let text = error.to_string();
    let Some((program, rest)) = text.strip_prefix("Launcher \"").and_then(|rest| rest.split_once('"')) else {
        return match error.kind() {
            io::ErrorKind::NotFound => "there is no `xdg-open` or the like".to_owned(),
            kind => kind.to_string(),
        };
    };
    let status = rest.rsplit_once("status(").map_or("", |(_, status)| status);
    let status: String = status.chars().take_while(char::is_ascii_digit).collect();
    // What `wait` returns: a signal below, what the program has ended with above.
    match status.parse::<u32>() {
        Ok(status) if status.is_multiple_of(0x80) => format!("`{program}` ended with {}", status >> 8),
        _ => format!("`{program}` failed"),
    }
}

fn start(program: &str, url: &str) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_open_is_told_in_words_and_without_the_address() {
        let other = |text: &str| why(&io::Error::other(text));
        let launcher = |status: &str| {
            other(&format!(
                "Launcher \"xdg-open\" \"http://h/?scope=a&b\" failed with {status}"
            ))
        };
        assert_eq!(
            launcher("ExitStatus(unix_wait_status(1536))"),
            "`xdg-open` ended with 6"
        );
        assert_eq!(launcher("ExitStatus(unix_wait_status(9))"), "`xdg-open` failed");
        assert_eq!(launcher("what nobody knows"), "`xdg-open` failed");
        assert!(!other("cannot open http://h/").contains("http"));
        let absent = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(why(&absent), "there is no `xdg-open` or the like");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_library_still_words_it_so() {
        use std::os::unix::process::ExitStatusExt as _;
        let status = std::process::ExitStatus::from_raw(6 << 8);
        assert_eq!(format!("{status:?}"), "ExitStatus(unix_wait_status(1536))");
    }
}
