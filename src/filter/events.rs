//! The data of the events of a stream (HTML standard, "Server-sent events"), as far as the events are whole.

/// The data of each event, and how many bytes those events are; with `last` what no empty line follows is an event, too.
pub(super) fn data(bytes: &[u8], last: bool) -> (Vec<Vec<u8>>, usize) {
    let mut all = Vec::new();
    let mut data: Option<Vec<u8>> = None;
    let (mut at, mut sure) = (if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, 0);
    while at < bytes.len() {
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
            all.extend(data.take());
            sure = at;
        } else if let Some(value) = line
            .strip_prefix(b"data")
            .filter(|rest| matches!(rest.first(), None | Some(b':')))
        {
            let value = value.strip_prefix(b":").unwrap_or(value);
            let value = value.strip_prefix(b" ").unwrap_or(value);
            match &mut data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => data = Some(value.to_vec()),
            }
        }
    }
    if last {
        all.extend(data);
        sure = bytes.len();
    }
    (all, sure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{EVENTS, FilterError, Limits, Session, Stop};

    #[test]
    fn data_is_that_of_whole_events() {
        let stream = b"retry: 1\n: hello\n\nid: 1\ndata: {\"a\":\ndata: 1}\n\r\ndata:2\r\rdataset: 3\n\ndata: 4";
        let (all, took) = data(stream, false);
        assert_eq!(all, [&b"{\"a\":\n1}"[..], b"2"]);
        assert_eq!(&stream[took..], b"data: 4");
        assert_eq!(data(&stream[took..], true), (vec![b"4".to_vec()], 7));
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
}
