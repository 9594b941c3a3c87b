//! The data of the events of a stream (HTML standard, "Server-sent events"), as far as the events are whole.

use std::borrow::Cow;

use super::meter::{self, Taken};

/// Hands on the data of each event, one after the other, and says how many bytes those events are; with `last` what no empty
/// line follows is an event, too. Asks the meter at every line, and takes from it what it has to put together.
pub(super) fn each(bytes: &[u8], last: bool, mut take: impl FnMut(&[u8])) -> usize {
    let mut data: Option<Cow<'_, [u8]>> = None;
    let mut taken = Taken::NONE;
    let (mut at, mut sure) = (if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, 0);
    while at < bytes.len() {
        meter::tick();
        let Some(len) = memchr::memchr2(b'\n', b'\r', &bytes[at..]).or(last.then_some(bytes.len() - at)) else {
            break;
        };
        let (line, end) = (&bytes[at..at + len], at + len);
        // A line feed may still belong to the return.
        if bytes.get(end) == Some(&b'\r') && end + 1 == bytes.len() && !last {
            break;
        }
        at = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
        if line.is_empty() {
            if let Some(data) = data.take() {
                take(&data);
                taken = Taken::NONE;
            }
            sure = at;
        } else if let Some(value) = line
            .strip_prefix(b"data")
            .filter(|rest| matches!(rest.first(), None | Some(b':')))
        {
            let value = value.strip_prefix(b":").unwrap_or(value);
            let value = value.strip_prefix(b" ").unwrap_or(value);
            match &mut data {
                Some(data) => {
                    let first = if let Cow::Borrowed(first) = data {
                        first.len()
                    } else {
                        0
                    };
                    taken.grow(first + value.len() + 1);
                    let data = data.to_mut();
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => data = Some(Cow::Borrowed(value)),
            }
        }
    }
    if last {
        if let Some(data) = data {
            take(&data);
        }
        sure = bytes.len();
    }
    sure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{EVENTS, FilterError, Limits, Session, Stop};

    fn data(bytes: &[u8], last: bool) -> (Vec<Vec<u8>>, usize) {
        let mut all = Vec::new();
        let sure = each(bytes, last, |data| all.push(data.to_vec()));
        (all, sure)
    }

    #[test]
    fn data_is_that_of_whole_events() {
        let stream = b"retry: 1\n: hello\n\nid: 1\ndata: {\"a\":\ndata: 1}\n\r\ndata:2\r\rdataset: 3\n\ndata: 4";
        let (all, took) = data(stream, false);
        assert_eq!(all, [&b"{\"a\":\n1}"[..], b"2"]);
        assert_eq!(&stream[took..], b"data: 4");
        assert_eq!(data(&stream[took..], true), (vec![b"4".to_vec()], 7));
    }

    #[test]
    fn a_stream_of_more_events_than_there_is_memory_for_is_given_up() {
        let limits = Limits {
            memory: 1 << 20,
            ..Limits::default()
        };
        let filter = |stream: String, stop: &Stop| {
            let mut session = Session::new(stream.into(), EVENTS, limits);
            session.run(".", stop).map(|found| found.count)
        };
        let full = FilterError::Body("stopped: the filter needs more than 1 MiB of memory".to_owned());
        assert_eq!(filter("data:1\n\n".repeat(1000), &Stop::never()), Ok(1000));
        assert_eq!(filter("data:1\n\n".repeat(100_000), &Stop::never()), Err(full.clone()));
        let long = format!("data:[\n{}data:]\n\n", "data:\n".repeat(2 << 20));
        assert_eq!(filter(long, &Stop::never()), Err(full), "one that is put together");
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let stop = Stop::when(move || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 2);
        let none = FilterError::Cancelled;
        assert_eq!(filter(": hello\n".repeat(10_000), &stop), Err(none), "without an event");
    }

    #[test]
    fn what_is_json_of_it_is_filtered() {
        let filter = |stream: &'static str| {
            let mut session = Session::new(stream.into(), EVENTS, Limits::default());
            session.run(".n", &Stop::never()).map(|found| found.bytes)
        };
        let stream = "event: tick\ndata: {\"n\":1}\n\n: hello\n\ndata: {\"n\":\ndata: 2}\n\ndata: [DONE]\n\n";
        assert_eq!(filter(stream), Ok("1\n2\n".into()));
        let none = FilterError::Body("no event's data is JSON".to_owned());
        assert_eq!(filter("data: hello\n\n"), Err(none));
    }

    #[test]
    fn what_is_no_json_of_it_is_told_but_for_the_word_at_the_end() {
        let flaw = |stream: &'static str| {
            let mut session = Session::new(stream.into(), EVENTS, Limits::default());
            session.run(".n", &Stop::never()).ok().and_then(|found| found.cut)
        };
        assert_eq!(flaw("data: {\"n\":1}\n\ndata: [DONE]\n\n"), None);
        let told = flaw("data: {\"n\":1}\n\n: hello\n\ndata: tick\n\ndata: 1 2\n\ndata: [DONE]\n\n");
        assert_eq!(
            told.as_deref(),
            Some("event 2 is no JSON, and passed over: a value should stand here")
        );
    }
}
