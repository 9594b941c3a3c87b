//! Whether the terminal's ground is light: what the environment says before the first frame, what the terminal says after.
//!
//! ```text
//! COLORFGBG ─▶ the first frame's theme         OSC 11 ─▶ terminal ─▶ answer among the keys ─▶ Watch ─▶ Event::Ground
//! ```
//!
//! Nobody waits for the answer, as not every terminal gives one. It comes on the same way as keys do, and what reads those
//! makes keys of it: Alt+], letters and digits, Alt+\. So all that comes passes a watch until the answer has come. What may
//! be its beginning is held back for a moment, and let go as keys if it is not. Lines are slow, so the rest may come after a
//! pause; if it does not, what came after that pause are keys.

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// The question for the colour of the ground. It ends with BEL: the oldest terminals wait for that.
pub const QUESTION: &str = "\x1b]11;?\x07";
/// How long what may be the beginning of an answer waits for the rest of it.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long what can be nothing else waits, in all: lines are slow, and the rest would be taken for keys.
const LONG_PATIENCE: Duration = Duration::from_secs(5);
/// What every answer begins with.
const BEGINS: &str = "11;rgb";
/// No answer is longer, in characters.
const LONGEST: usize = 40;

/// Whether the ground is light, as the environment says it: `COLORFGBG` is `15;0` or `0;default;15`, text and ground among
/// the 16 colours.
pub fn told(colorfgbg: Option<&str>) -> Option<bool> {
    let ground: u8 = colorfgbg?.rsplit(';').next()?.trim().parse().ok()?;
    match ground {
        7 | 9..=15 => Some(true),
        0..=6 | 8 => Some(false),
        _ => None,
    }
}

/// Whether a terminal is worth asking: those of the Linux console and the dumb ones have nothing to say.
pub fn may_be_asked(term: Option<&str>) -> bool {
    !matches!(term, None | Some("" | "dumb" | "linux"))
}

/// What a watch makes of an event.
#[derive(Debug, Default, PartialEq)]
pub struct Passed {
    /// What is to be handled now.
    pub events: Vec<Event>,
    /// Whether the ground is light, if this was the end of the answer.
    pub light: Option<bool>,
}

/// Looks for the answer among the keys.
#[derive(Debug, Default)]
pub struct Watch {
    /// Whether the escape character may have come by itself. Soon after the question only: Esc is a key, too.
    pub soon: bool,
    /// What may be its beginning.
    held: Vec<Event>,
    /// When the first and the last of it came.
    came: Option<(Instant, Instant)>,
    /// How many of them came without a pause.
    at_once: usize,
    /// What of it has come; `None` before its first character.
    text: Option<String>,
}

impl Watch {
    /// Whether something is held back.
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// How much longer what is held back waits for what follows it.
    pub fn patience(&self, now: Instant) -> Duration {
        let Some((first, last)) = self.came else {
            return PATIENCE;
        };
        let end = if self.is_answer() {
            first + LONG_PATIENCE
        } else {
            last + PATIENCE
        };
        end.saturating_duration_since(now)
    }

    fn hold(&mut self, event: Event, now: Instant) {
        let came = self.came.filter(|_| self.holds());
        let (first, last) = came.unwrap_or((now, now));
        if self.at_once == self.held.len() && now.saturating_duration_since(last) <= PATIENCE {
            self.at_once += 1;
        }
        self.came = Some((first, now));
        self.held.push(event);
    }

    /// Whether what is held back can be nothing but an answer.
    fn is_answer(&self) -> bool {
        self.text.as_deref().is_some_and(|text| text.starts_with(BEGINS))
    }

    /// Takes the next event.
    pub fn take(&mut self, event: Event, now: Instant) -> Passed {
        let Event::Key(key) = &event else {
            return self.release(Some(event));
        };
        let key = *key;
        if let Some(text) = &mut self.text {
            let ends = is(key, '\\', KeyModifiers::ALT) || is(key, 'g', KeyModifiers::CONTROL);
            let escape = key.code == KeyCode::Esc || text.ends_with('\x1b') && plain(key) == Some('\\');
            if ends || escape && text.ends_with('\x1b') {
                let light = light(text);
                if light.is_some() {
                    self.held.clear();
                    (self.text, self.at_once) = (None, 0);
                    return Passed {
                        events: Vec::new(),
                        light,
                    };
                }
            } else if let Some(c) = if escape { Some('\x1b') } else { plain(key) } {
                text.push(c);
                if may_be(text) {
                    self.hold(event, now);
                    return Passed::default();
                }
            }
            return self.release(Some(event));
        }
        let after_escape = matches!(self.held.last(), Some(Event::Key(last)) if last.code == KeyCode::Esc);
        if is(key, ']', KeyModifiers::ALT) || after_escape && plain(key) == Some(']') {
            self.hold(event, now);
            self.text = Some(String::new());
            return Passed::default();
        }
        if key.code == KeyCode::Esc && !after_escape && self.soon {
            self.hold(event, now);
            return Passed::default();
        }
        self.release(Some(event))
    }

    /// Nothing has come for a while: what was held back are keys, but for what can be nothing but an answer that was cut.
    pub fn tire(&mut self) -> Vec<Event> {
        self.release(None).events
    }

    fn release(&mut self, event: Option<Event>) -> Passed {
        let mut events = std::mem::take(&mut self.held);
        if self.is_answer() {
            events.drain(..self.at_once);
        }
        (self.text, self.at_once) = (None, 0);
        events.extend(event);
        Passed { events, light: None }
    }
}

fn is(key: KeyEvent, c: char, with: KeyModifiers) -> bool {
    key.code == KeyCode::Char(c) && key.modifiers == with
}

/// The character that a key types.
fn plain(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if key.modifiers.difference(KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

/// Whether an answer may begin like that.
fn may_be(text: &str) -> bool {
    if !text.is_ascii() {
        return false;
    }
    let (own, rest) = text.split_at(text.len().min(BEGINS.len()));
    let colour = |c: char| c.is_ascii_hexdigit() || "/:a\x1b".contains(c);
    BEGINS.starts_with(own) && rest.chars().all(colour) && text.len() <= LONGEST
}

/// Whether a colour is a light one: `11;rgb:ffff/ffff/ffff`, with one to four digits each.
fn light(answer: &str) -> Option<bool> {
    let colour = answer.strip_prefix(BEGINS)?.trim_end_matches('\x1b');
    let parts = colour.trim_start_matches('a').strip_prefix(':')?;
    let mut shares = parts.split('/').map(|part| {
        let most = 16_f64.powi(i32::try_from(part.len()).ok()?) - 1.0;
        let value = u32::from_str_radix(part, 16).ok().filter(|_| part.len() <= 4)?;
        Some(f64::from(value) / most)
    });
    let (red, green, blue) = (shares.next()??, shares.next()??, shares.next()??);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> Watch {
        Watch {
            soon: true,
            ..Watch::default()
        }
    }

    fn key(c: char, with: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), with))
    }

    /// An answer as the reader of keys sees it.
    fn answer(text: &str, end: Event) -> Vec<Event> {
        let shifted = |c: char| {
            if c.is_ascii_uppercase() {
                KeyModifiers::SHIFT
            } else {
                KeyModifiers::NONE
            }
        };
        let mut events = vec![key(']', KeyModifiers::ALT)];
        events.extend(text.chars().map(|c| key(c, shifted(c))));
        events.push(end);
        events
    }

    fn all(watch: &mut Watch, events: Vec<Event>) -> (Vec<Event>, Option<bool>) {
        let (mut passed, mut light) = (Vec::new(), None);
        for event in events {
            let one = watch.take(event, Instant::now());
            passed.extend(one.events);
            light = light.or(one.light);
        }
        (passed, light)
    }

    #[test]
    fn an_answer_is_no_keys() {
        let st = || key('\\', KeyModifiers::ALT);
        let bel = || key('g', KeyModifiers::CONTROL);
        for (text, end, is_light) in [
            ("11;rgb:ffff/ffff/ffff", st(), true),
            ("11;rgb:FDFD/F6F6/E3E3", bel(), true),
            ("11;rgb:00/2b/36", bel(), false),
            ("11;rgba:1e1e/1e1e/2e2e/ffff", st(), false),
        ] {
            let mut watch = watch();
            assert_eq!(
                all(&mut watch, answer(text, end)),
                (Vec::new(), Some(is_light)),
                "{text}"
            );
            assert!(!watch.holds());
        }
        // Cut in two where the escape character is.
        let esc = || Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let mut events = answer("11;rgb:ffff/ffff/ffff", esc());
        events.push(key('\\', KeyModifiers::NONE));
        events.splice(0..1, [esc(), key(']', KeyModifiers::NONE)]);
        assert_eq!(all(&mut watch(), events), (Vec::new(), Some(true)));
    }

    #[test]
    fn keys_that_only_begin_like_it_are_keys() {
        let esc = Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let alt = || key(']', KeyModifiers::ALT);
        let one = || key('1', KeyModifiers::NONE);
        for events in [
            vec![one(), key('q', KeyModifiers::NONE)],
            vec![alt(), one(), key('x', KeyModifiers::NONE)],
            vec![esc.clone(), one()],
            vec![esc.clone(), esc.clone()],
            vec![alt(), Event::Resize(80, 24)],
        ] {
            assert_eq!(all(&mut watch(), events.clone()), (events, None));
        }
        let mut watch = watch();
        let now = Instant::now();
        assert!(watch.take(esc.clone(), now).events.is_empty() && watch.holds());
        assert_eq!(watch.patience(now), PATIENCE);
        assert_eq!(watch.tire(), [esc]);
        let cut = answer("11;rgb:ff", one());
        assert!(all(&mut watch, cut.clone()).0.is_empty());
        assert!(watch.patience(now) > PATIENCE);
        assert!(watch.tire().is_empty(), "the beginning of an answer is no keys either");
        assert!(!watch.holds());
        assert!(all(&mut watch, cut).0.is_empty());
        let typed = key('q', KeyModifiers::NONE);
        assert_eq!(
            watch.take(typed.clone(), Instant::now()).events,
            [typed],
            "nor where a key comes between"
        );
        watch.soon = false;
        let esc = Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        assert_eq!(
            watch.take(esc.clone(), now).events,
            [esc],
            "later nobody waits for what follows it"
        );
    }

    #[test]
    fn what_is_typed_behind_an_answer_that_was_cut_are_keys_again() {
        let typed = ['4', '/', 'e', 'd'].map(|c| key(c, KeyModifiers::NONE));
        let start = Instant::now();
        let cut = |watch: &mut Watch| {
            let events = answer("11;rgb:f", key('f', KeyModifiers::NONE));
            assert!(
                events
                    .into_iter()
                    .all(|event| watch.take(event, start).events.is_empty())
            );
        };
        let mut first = watch();
        cut(&mut first);
        for (n, event) in (1_u32..).zip(typed.clone()) {
            let now = start + n * Duration::from_secs(1);
            assert!(first.take(event, now).events.is_empty());
            assert_eq!(
                first.patience(now),
                Duration::from_secs(5 - u64::from(n)),
                "no key makes it longer"
            );
        }
        assert_eq!(first.tire(), typed);
        // So they are where another key says that it is no answer, and the rest of a late one is none.
        let late = start + Duration::from_secs(1);
        let mut second = watch();
        cut(&mut second);
        let q = key('q', KeyModifiers::NONE);
        assert!(second.take(typed[0].clone(), late).events.is_empty());
        assert_eq!(second.take(q.clone(), late).events, [typed[0].clone(), q]);
        let mut third = watch();
        cut(&mut third);
        let rest = "ff/ffff/ffff".chars().map(|c| key(c, KeyModifiers::NONE));
        for event in rest {
            assert!(third.take(event, late).events.is_empty());
        }
        let end = third.take(key('g', KeyModifiers::CONTROL), late);
        assert_eq!((end.events, end.light), (Vec::new(), Some(true)));
    }

    #[test]
    fn the_environment_may_know() {
        assert_eq!(told(Some("0;15")), Some(true));
        assert_eq!(told(Some("0;default;15")), Some(true));
        assert_eq!(told(Some("15;0")), Some(false));
        assert_eq!(told(Some("default;default")), None);
        assert_eq!(told(None), None);
        assert!(may_be_asked(Some("xterm-256color")) && !may_be_asked(Some("linux")) && !may_be_asked(None));
    }
}
