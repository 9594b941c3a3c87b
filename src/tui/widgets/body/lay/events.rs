//! Event streams as they are read: an event with its name, its number and when it came, and its data below.
//!
//! The format is that of the HTML standard, "Server-sent events": fields until an empty line, lines that end as they like,
//! a colon first for what is no field. The time is ours and only there for what arrived while one looked on.

use jiff::Zoned;

use super::Lay;
use super::tree::indented;
use crate::tui::widgets::highlight::EVENT;

/// What the data of an event begins with.
const MARGIN: &str = "  ";
/// JSON up to this many bytes is laid out when it is longer than a line.
const JSON: usize = 64 * 1024;
/// Data beyond this many bytes is written before its event ends.
const LONG: usize = 1024 * 1024;
/// What fits on a line, in bytes.
const LINE: usize = 76;

/// A stream on its way.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something else of the event that is under way"
)]
pub(super) struct Events {
    /// The time, for what arrives from now on.
    clock: Option<fn() -> String>,
    name: Vec<u8>,
    id: Vec<u8>,
    data: Vec<u8>,
    /// Whether there is an event at all, and whether it has data.
    some: bool,
    with_data: bool,
    /// Whether its head and some of its data are written: a long event is not waited for.
    shown: bool,
    /// When the first line of it came.
    came: Option<String>,
    begun: bool,
    /// Whether that is not known of what comes now.
    late: bool,
}

fn now() -> String {
    Zoned::now().strftime("%H:%M:%S%.3f").to_string()
}

impl Events {
    pub fn new(live: bool) -> Self {
        Self {
            clock: live.then_some(now),
            name: Vec::new(),
            id: Vec::new(),
            data: Vec::new(),
            some: false,
            with_data: false,
            shown: false,
            came: None,
            begun: false,
            late: false,
        }
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        if line.is_empty() {
            return self.end(out);
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(0) => {
                out.extend_from_slice(b": ");
                out.extend_from_slice(line[1..].trim_ascii_start());
                return out.push(b'\n');
            }
            Some(at) => (
                &line[..at],
                line[at + 1..].strip_prefix(b" ").unwrap_or(&line[at + 1..]),
            ),
            None => (line, &b""[..]),
        };
        if self.came.is_none() {
            self.came = self.clock.filter(|_| !self.late).map(|clock| clock());
        }
        match field {
            b"event" => value.clone_into(&mut self.name),
            b"id" => value.clone_into(&mut self.id),
            b"data" => {
                if self.with_data && !(self.shown && self.data.is_empty()) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
                self.with_data = true;
                if self.data.len() > LONG {
                    self.head(out);
                    self.body(out);
                }
            }
            b"retry" => {
                out.extend_from_slice(b": reconnect after ");
                out.extend_from_slice(value);
                out.extend_from_slice(b" ms\n");
                return;
            }
            // The standard passes over others; they are shown where they stand.
            _ => {
                out.extend_from_slice(b": ");
                out.extend_from_slice(line);
                out.push(b'\n');
                return;
            }
        }
        self.some = true;
    }

    /// Writes the event that ends here.
    fn end(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.some) {
            // What is left of a long one may be nothing.
            let nothing = !self.with_data || self.shown && self.data.is_empty();
            self.head(out);
            if !nothing {
                self.body(out);
            }
        }
        self.name.clear();
        self.id.clear();
        (self.with_data, self.shown) = (false, false);
    }

    /// Writes what an event is, once.
    fn head(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.shown, true) {
            return;
        }
        let mut head = EVENT.to_owned();
        if let Some(came) = self.came.take() {
            head.push_str(&came);
            head.push_str("  ");
        }
        out.extend_from_slice(head.as_bytes());
        let name = if self.name.is_empty() {
            b"message"
        } else {
            &self.name[..]
        };
        out.extend_from_slice(name);
        if !self.id.is_empty() {
            out.extend_from_slice(b"  #");
            out.extend_from_slice(&self.id);
        }
        if !self.with_data {
            out.extend_from_slice(b"  (no data)");
        }
        out.push(b'\n');
    }

    /// Writes the data there is.
    fn body(&mut self, out: &mut Vec<u8>) {
        let json = matches!(self.data.first(), Some(b'{' | b'[')) && (LINE..JSON).contains(&self.data.len());
        let laid = json.then(|| indented(&self.data)).flatten();
        for line in laid.as_ref().unwrap_or(&self.data).split(|byte| *byte == b'\n') {
            out.extend_from_slice(MARGIN.as_bytes());
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        self.data.clear();
    }
}

impl Lay for Events {
    fn set_late(&mut self, late: bool) {
        self.late = late;
    }

    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut pos = 0;
        if !self.begun && bytes.starts_with(b"\xef\xbb\xbf") {
            pos = 3;
        }
        self.begun |= !bytes.is_empty();
        while let Some(len) = memchr::memchr2(b'\n', b'\r', &bytes[pos..]) {
            let end = pos + len;
            let pair = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
            // A line feed may still belong to the return.
            if bytes[end] == b'\r' && end + 1 == bytes.len() && !last {
                break;
            }
            self.line(&bytes[pos..end], out);
            pos = end + 1 + usize::from(pair);
        }
        if last {
            // The standard drops what has no empty line behind it: here it is what one wants to see.
            if pos < bytes.len() {
                self.line(&bytes[pos..], out);
            }
            self.end(out);
            return bytes.len();
        }
        pos
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;

    const STREAM: &str = "retry: 3000\n\n: hello\nevent: tick\nid: 7\ndata: one\ndata: two\n\r\ndata:{\"a\":1}\r\rdata\n\nevent: bye\n\ndata: unfinished";

    #[test]
    fn events_are_shown_with_name_number_and_data() {
        let text = all(&mut Events::new(false), STREAM.as_bytes(), 4096);
        assert_eq!(
            text,
            ": reconnect after 3000 ms\n: hello\n● tick  #7\n  one\n  two\n● message\n  {\"a\":1}\n● message\n  \n● bye  (no data)\n● message\n  unfinished\n"
        );
        for block in 1..20 {
            assert_eq!(
                all(&mut Events::new(false), STREAM.as_bytes(), block),
                text,
                "in blocks of {block}"
            );
        }
    }

    #[test]
    fn what_arrives_has_its_time() {
        let mut events = Events::new(true);
        events.clock = Some(|| "12:00:01.250".to_owned());
        let mut out = Vec::new();
        assert_eq!(events.lay(b"event: tick\n", false, &mut out), 12);
        assert!(out.is_empty(), "not before it is whole");
        events.lay(b"data: 1\n\n", false, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), "● 12:00:01.250  tick\n  1\n");
        assert_eq!(now().len(), "12:00:01.250".len());
    }

    #[test]
    fn an_event_that_does_not_end_is_shown_all_the_same() {
        let (mut events, mut out) = (Events::new(false), Vec::new());
        let line = format!("data: {}\n", "x".repeat(1000));
        for _ in 0..3000 {
            events.lay(line.as_bytes(), false, &mut out);
        }
        assert!(out.len() > 2_000_000 && events.data.len() <= LONG);
        events.lay(b"\ndata: next\n\n", false, &mut out);
        let text = String::from_utf8_lossy(&out);
        assert_eq!(text.lines().filter(|line| line.len() == 1002).count(), 3000);
        assert_eq!(text.matches(EVENT).count(), 2);
        assert!(text.ends_with("  next\n"));
    }

    #[test]
    fn long_json_is_laid_out() {
        let stream = format!(
            "data: {{\"a\":[1,{{\"b\":\"x, {{y\"}}],\"c\":{{}},\"d\":\"{}\"}}\n\n",
            "z".repeat(80)
        );
        let text = all(&mut Events::new(false), stream.as_bytes(), 4096);
        assert!(text.starts_with("● message\n  {\n    \"a\": [\n      1,\n      {\n        \"b\": \"x, {y\"\n      }\n    ],\n    \"c\": {},\n"), "{text}");
    }
}
