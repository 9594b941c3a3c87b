//! `postrider doctor`: what postrider sees of the terminal, the workspace and its own files.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind};
use crossterm::terminal;

use crate::model::problem::Problem;
use crate::model::variable::Owner;
use crate::store::{locate::Origin, state::folder_for};

use super::CliError;
use super::advice;
use super::args::DoctorArgs;
use super::open::Opened;
use super::output::{Output, escape};
use super::raw::{self, Raw};

/// Prints the findings; with `--keys`, what each key press arrives as.
///
/// `looks` is what is wrong with the user's keys and colours, which the screen alone can tell.
pub fn doctor(
    opened: &mut Opened,
    args: &DoctorArgs,
    looks: &[Problem],
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    if args.keys {
        return keys(output);
    }
    let why_locked = opened.unlock_unasked(output)?;
    let opened = &*opened;
    section(output, "terminal", &terminal_facts())?;
    let unknown = advice::unknown_auths(&opened.session.workspace).into_iter();
    let unknown = unknown.chain(advice::without_request(&opened.session.workspace));
    let unknown = unknown.chain(advice::doubles(&opened.session.workspace));
    let problems: Vec<Problem> = opened
        .session
        .workspace
        .problems
        .iter()
        .cloned()
        .chain(unknown)
        .collect();
    section(output, "workspace", &workspace_facts(opened, &problems))?;
    section(output, "files", &file_facts(opened, why_locked.as_deref()))?;
    let collections: Vec<(String, String)> = opened
        .session
        .workspace
        .collections()
        .iter()
        .filter_map(|id| opened.session.workspace.node(*id))
        .map(|node| {
            let count = opened.session.workspace.requests_below(node.id).len();
            let requests = if count == 1 { "request" } else { "requests" };
            (
                node.slug.clone(),
                format!("{} ({count} {requests})", node.entity.name()),
            )
        })
        .collect();
    section(output, "collections", &collections)?;
    let workspace = &opened.session.workspace;
    let all = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
    let in_clear = advice::in_clear(workspace, all);
    if !in_clear.is_empty() {
        section(output, "secrets in clear in files", &in_clear)?;
        let hint = advice::way_out(&in_clear);
        output.line(&format!("  {}\n", output.paint.dim(&hint)))?;
    }
    let circles = advice::circles(workspace);
    if !circles.is_empty() {
        section(output, "tokens", &circles)?;
    }
    let problems = problems.iter().chain(looks);
    let problems: Vec<(String, String)> = problems.map(|problem| described_problem(opened, problem)).collect();
    if !problems.is_empty() {
        section(output, "problems", &problems)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn section(output: &mut Output, title: &str, facts: &[(String, String)]) -> io::Result<()> {
    let paint = output.paint;
    output.line(&paint.bold(title))?;
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in facts {
        let name = paint.dim(&format!("{:width$}", escape(name)));
        output.line(format!("  {name}  {}", escape(value)).trim_end())?;
    }
    output.line("")
}

fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn terminal_facts() -> Vec<(String, String)> {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| "not set".to_owned());
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let is_terminal = io::stdout().is_terminal();
    let size = raw::size(io::stdout()).map_or_else(
        || "unknown".to_owned(),
        |(width, height)| {
            let small = if width < 40 || height < 10 {
                " (at least 40x10 is needed)"
            } else {
                ""
            };
            format!("{width}x{height}{small}")
        },
    );
    let mut out = vec![
        fact("stdout is a terminal", yes(is_terminal)),
        fact("size", size),
        fact("TERM", variable("TERM")),
        fact("COLORTERM", variable("COLORTERM")),
        fact("NO_COLOR", variable("NO_COLOR")),
        fact("colours", colours()),
        fact(
            "in tmux or screen",
            yes(std::env::var_os("TMUX").is_some() || std::env::var_os("STY").is_some()),
        ),
        fact("over SSH", yes(std::env::var_os("SSH_CONNECTION").is_some())),
        fact("UTF-8", yes(is_utf8())),
    ];
    if is_terminal {
        let kitty = terminal::supports_keyboard_enhancement().unwrap_or(false);
        let keys = if kitty {
            "all keys and their modifiers (kitty protocol)"
        } else {
            "the classic ones: Ctrl+H, Ctrl+I, Ctrl+M and Ctrl+Enter cannot be told from others"
        };
        out.push(fact("keys", keys));
    }
    out
}

/// Where a problem is, and what it is.
fn described_problem(opened: &Opened, problem: &Problem) -> (String, String) {
    let file = problem
        .file
        .strip_prefix(&opened.location.root)
        .unwrap_or(&problem.file);
    let at = problem
        .at
        .map(|(line, column)| format!(":{line}:{column}"))
        .unwrap_or_default();
    let hint = problem
        .hint
        .as_deref()
        .map(|hint| format!(" · {hint}"))
        .unwrap_or_default();
    (format!("{}{at}", file.display()), format!("{}{hint}", problem.message))
}

/// How many colours the terminal says it has.
fn colours() -> String {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let term = variable("TERM");
    if !variable("NO_COLOR").is_empty() {
        "none, as NO_COLOR asks for".to_owned()
    } else if matches!(variable("COLORTERM").as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
        "16 million".to_owned()
    } else if term.contains("256color") {
        "256".to_owned()
    } else if term.is_empty() || term == "dumb" {
        "none".to_owned()
    } else {
        "16".to_owned()
    }
}

fn is_utf8() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        })
}

fn workspace_facts(opened: &Opened, problems: &[Problem]) -> Vec<(String, String)> {
    let workspace = &opened.session.workspace;
    let origin = match opened.location.origin {
        Origin::Explicit => "as asked for",
        Origin::Upwards => "the nearest one upwards",
        Origin::Own { created: true } => "your own, made just now",
        Origin::Own { created: false } => "your own",
    };
    let active = opened.session.environment.and_then(|id| workspace.environment(id));
    vec![
        fact("folder", format!("{} ({origin})", opened.location.root.display())),
        fact("environments", workspace.environments().len().to_string()),
        fact("active", active.map_or("none", |node| node.slug.as_str())),
        fact(
            "problems",
            Problem::count(problems).unwrap_or_else(|| "none".to_owned()),
        ),
    ]
}

fn file_facts(opened: &Opened, why_locked: Option<&str>) -> Vec<(String, String)> {
    let mark = |path: std::path::PathBuf| {
        let there = if path.exists() { "" } else { " (not there yet)" };
        format!("{}{there}", path.display())
    };
    // What the sources of imports had is no value of anything.
    let values = opened.session.current.iter();
    let values = values.filter(|(owner, ..)| **owner != Owner::Source);
    let counted = |count: usize| {
        if opened.is_locked() {
            let way = why_locked.unwrap_or("POSTRIDER_PASSPHRASE or the screen unlocks them");
            format!("locked with a passphrase: {way}")
        } else {
            count.to_string()
        }
    };
    vec![
        fact("settings", mark(opened.paths.config_file())),
        fact("keys", mark(opened.paths.keymap_file())),
        fact(
            "local state",
            mark(folder_for(&opened.paths, &opened.location.root).join("state.db")),
        ),
        fact("current values", counted(values.count())),
        fact("cookies", counted(opened.jar.list().len())),
    ]
}

fn keys(output: &mut Output) -> Result<ExitCode, CliError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(CliError::usage("`--keys` needs a terminal to press them in"));
    }
    output.line("press keys to see what arrives; Esc twice ends")?;
    let raw = Raw::enable()?;
    let mut escapes = 0;
    while escapes < 2 {
        if let Event::Key(key) = event::read()? {
            escapes = if key.code == KeyCode::Esc { escapes + 1 } else { 0 };
            output.bytes(format!("{}\r\n", described(key)).as_bytes())?;
        }
    }
    drop(raw);
    io::stdout().flush()?;
    Ok(ExitCode::SUCCESS)
}

fn described(key: KeyEvent) -> String {
    let kind = match key.kind {
        KeyEventKind::Press => "",
        KeyEventKind::Repeat => " (repeated)",
        KeyEventKind::Release => " (released)",
    };
    let modifiers = key.modifiers.to_string();
    let joint = if modifiers.is_empty() { "" } else { "+" };
    format!("{modifiers}{joint}{}{kind}", key.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyModifiers;

    #[test]
    fn keys_are_told_in_words() {
        let key = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL);
        assert!(described(key).ends_with("+j"), "{}", described(key));
        assert!(!described(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)).contains('+'));
    }
}
