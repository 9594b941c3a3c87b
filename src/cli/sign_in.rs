//! Whoever signs in, at the command line: what is to be done stands on stderr, and an address may be pasted where there
//! is a terminal.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::output::{Paint, escape};
use crate::exec::oauth2::{Person, Prompt, Reply, Todo, open_browser, qr_code};
use crate::script::BoxFuture;

/// Somebody at a terminal.
pub struct Terminal {
    paint: Paint,
    /// What is typed; read from the first question on.
    lines: Arc<Mutex<Option<UnboundedReceiver<String>>>>,
}

impl Terminal {
    /// Asks on stderr.
    pub fn new(paint: Paint) -> Self {
        Self {
            paint,
            lines: Arc::default(),
        }
    }

    /// Whether somebody sits there: sees what is asked, and can answer.
    pub fn is_there() -> bool {
        std::io::stderr().is_terminal() && std::io::stdin().is_terminal()
    }

    fn browser(&self, url: &str, listens: bool, wrong: Option<&str>, out: &mut Vec<String>) {
        let paint = self.paint;
        if let Some(wrong) = wrong {
            out.push(format!("{} {}", paint.red("✗"), escape(wrong)));
        } else {
            let how = match open_browser(url) {
                Ok(()) => "your browser opens this page: sign in there, and come back".to_owned(),
                Err(why) => format!("open this page in a browser and sign in there ({})", escape(&why)),
            };
            out.extend([how, format!("  {}", paint.cyan(&escape(url)))]);
        }
        if std::io::stdin().is_terminal() {
            let when = if listens {
                "is it on another machine? then paste"
            } else {
                "then paste"
            };
            out.push(format!("{when} here the address it has ended at, and press Enter:"));
        }
    }

    fn device(&self, code: &str, url: &str, page: &str, out: &mut Vec<String>) {
        let paint = self.paint;
        if let Some(lines) = qr_code(page) {
            out.extend(lines.iter().map(|line| paint.dark_on_light(line)));
        }
        out.push(format!("open {} on any device", paint.cyan(&escape(url))));
        out.push(format!("and type the code  {}", paint.bold(&escape(code))));
    }
}

/// The lines that are typed. The thread that reads them ends with the program: nothing else ends a read.
fn typed() -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    if std::io::stdin().is_terminal() {
        std::thread::spawn(move || {
            for line in std::io::stdin().lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
    }
    lines
}

impl Person for Terminal {
    fn ask(&self, prompt: Prompt) -> BoxFuture<Reply> {
        // What only a person can bring, nobody would: nothing is opened for it.
        let is_closed = |what: &Todo| matches!(what, Todo::Browser { listens: false, .. });
        if is_closed(&prompt.what) && !std::io::stdin().is_terminal() {
            return Box::pin(std::future::ready(Reply::Nobody));
        }
        let mut out = Vec::new();
        let left = prompt.until.duration_since(Timestamp::now()).as_secs();
        let token = escape(&prompt.token);
        match &prompt.what {
            Todo::Browser { wrong: Some(_), .. } => {}
            _ => out.push(format!(
                "{} sign in for {token}, within {left} s",
                self.paint.cyan("token:")
            )),
        }
        let pastes = matches!(prompt.what, Todo::Browser { .. });
        match &prompt.what {
            Todo::Browser {
                url, listens, wrong, ..
            } => self.browser(url, *listens, wrong.as_deref(), &mut out),
            Todo::Device { code, url, .. } => self.device(code, url, prompt.page(), &mut out),
        }
        // Whoever closed stderr does not want to read it.
        let _ = writeln!(std::io::stderr(), "{}", out.join("\n"));
        let lines = Arc::clone(&self.lines);
        Box::pin(async move {
            if !pastes {
                return std::future::pending().await;
            }
            let mut lines = lines.lock().await;
            let lines = lines.get_or_insert_with(typed);
            while let Some(line) = lines.recv().await {
                if !line.trim().is_empty() {
                    return Reply::Pasted(line);
                }
            }
            if is_closed(&prompt.what) {
                return Reply::Nobody;
            }
            std::future::pending().await
        })
    }
}
