//! A server that behaves badly: a table row says which bytes it writes, and when it stops, stalls or breaks off.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// One thing the server does once a request is there.
#[derive(Clone)]
pub enum Step {
    /// Writes bytes.
    Send(Vec<u8>),
    /// Writes the same bytes again and again, with a pause in between, until nobody reads any more.
    Forever(Vec<u8>, Duration),
    /// Waits, so that what was written goes out by itself.
    Rest,
    /// Says nothing more, but holds the connection until the client leaves.
    Hold,
    /// Breaks the connection instead of ending it.
    Reset,
    /// Ends its own direction and goes on listening.
    HalfClose,
    /// Redirects to the next number, so many times, then answers.
    Redirects(u32),
}

/// Starts a server of its own for a row; it lives as long as the test.
pub fn start(steps: Vec<Step>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let steps = steps.clone();
            // A client that leaves early is no news here.
            thread::spawn(move || stream.and_then(|stream| serve(stream, &steps)));
        }
    });
    port
}

fn serve(mut stream: TcpStream, steps: &[Step]) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let resets = steps.iter().any(|step| matches!(step, Step::Reset));
    let path = request(&stream, resets)?;
    for step in steps {
        match step {
            Step::Send(bytes) => stream.write_all(bytes)?,
            Step::Forever(bytes, pause) => loop {
                stream.write_all(bytes)?;
                thread::sleep(*pause);
            },
            Step::Rest => thread::sleep(Duration::from_millis(30)),
            Step::Hold => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest)?;
            }
            // What the client sent and nobody read makes the system reset the connection when it is closed.
            Step::Reset => thread::sleep(Duration::from_millis(100)),
            Step::HalfClose => {
                stream.shutdown(std::net::Shutdown::Write)?;
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest)?;
            }
            Step::Redirects(most) => {
                let number: u32 = path.rsplit('/').next().and_then(|last| last.parse().ok()).unwrap_or(0);
                let answer = if number < *most {
                    let next = number + 1;
                    format!("HTTP/1.1 302 Found\r\nLocation: /{next}\r\nContent-Length: 0\r\n\r\n")
                } else {
                    "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\narrived".to_owned()
                };
                stream.write_all(answer.as_bytes())?;
                return serve(stream, steps);
            }
        }
    }
    Ok(())
}

/// Reads a request, or only its first byte, and says what its path is.
fn request(mut stream: &TcpStream, only_begun: bool) -> std::io::Result<String> {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        read.push(byte[0]);
        if only_begun {
            break;
        }
    }
    if read.starts_with(b"PRI ") {
        // HTTP/2: the rest of its greeting, then frames up to the one with the headers of the request.
        stream.read_exact(&mut [0; 6])?;
        let mut head = [0; 9];
        while head[3] != 1 {
            stream.read_exact(&mut head)?;
            let len = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            std::io::copy(&mut stream.take(u64::from(len)), &mut std::io::sink())?;
        }
    }
    let text = String::from_utf8_lossy(&read).into_owned();
    Ok(text.split(' ').nth(1).unwrap_or_default().to_owned())
}
