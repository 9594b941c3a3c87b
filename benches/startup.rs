//! From the start of the program to its first whole frame, next to a minimal ratatui app; and what being idle costs.
//!
//! `cargo bench --bench startup`; `cargo bench --bench startup -- idle` measures 40 s of doing nothing as well.
//!
//! The programs run in a pseudo-terminal of their own, in turn, so that a machine that slows down slows all of them. The
//! minimal app is this bench itself, built as the program is: it takes the terminal, draws one frame and waits for a key.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

mod samples;
mod terminal;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{event, queue};
use ratatui::text::Line;
use terminal::{Session, median_and_p99};

const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");
const RUNS: usize = 40;
/// Runs that are not counted: files come into the cache, the local state is made.
const WARM_UP: usize = 3;
const MINIMAL: &str = "--minimal-app";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == MINIMAL) {
        minimal().unwrap();
        return;
    }
    first_frames();
    if arguments.iter().any(|argument| argument == "idle") {
        idle();
    }
}

/// The least a ratatui app does to show something.
fn minimal() -> io::Result<()> {
    let mut terminal = ratatui::init();
    queue!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
    terminal.draw(|frame| frame.render_widget(Line::from("hello"), frame.area()))?;
    queue!(terminal.backend_mut(), EndSynchronizedUpdate)?;
    Write::flush(terminal.backend_mut())?;
    event::read()?;
    ratatui::restore();
    Ok(())
}

fn first_frames() {
    let home = tempfile::tempdir().unwrap();
    let own = std::env::current_exe().unwrap();
    let own = own.to_str().unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (small, large) = (samples::requests(1, 1, 10), samples::requests(10, 50, 20));
    let programs: [(&str, &str, &[&str], &Path, &str); 5] = [
        ("minimal ratatui app", own, &[MINIMAL], samples, "hello"),
        ("postrider, samples", PROGRAM, &[], samples, "Get token"),
        ("postrider demo, samples", PROGRAM, &["demo"], samples, "Get token"),
        ("postrider, 10 requests", PROGRAM, &[], small.path(), "c0"),
        ("postrider, 10,000 requests", PROGRAM, &[], large.path(), "c0"),
    ];
    let mut times = vec![Vec::new(); programs.len()];
    for run in 0..WARM_UP + RUNS {
        for ((_, program, arguments, folder, shows), times) in programs.iter().zip(&mut times) {
            let mut session = Session::start(program, arguments, folder, home.path());
            let took = session.frame();
            assert!(session.text().contains(shows), "the first frame:\n{}", session.text());
            if run >= WARM_UP {
                times.push(took);
            }
            session.quit();
        }
    }
    println!("first whole frame, {RUNS} runs each, in turn       median   fastest     ratio");
    let base = median_and_p99(&mut times[0]).0;
    for ((name, ..), times) in programs.iter().zip(&mut times) {
        let median = median_and_p99(times).0;
        let ratio = median.as_secs_f64() / base.as_secs_f64();
        println!("  {name:44} {:>9} {:>9} {ratio:>8.2}x", ms(median), ms(times[0]));
    }
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// With a token on the screen: in the first 30 s after a key its life is told by the second, then by the minute.
fn idle() {
    let home = tempfile::tempdir().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut session = Session::start(PROGRAM, &["demo"], folder, home.path());
    session.sees("http://127.0.0.1");
    session.rest(Duration::from_secs(1));
    let (bytes, cpu) = measured(&mut session, Duration::from_secs(10));
    println!("idle for 10 s, no token: {bytes} bytes drawn, {cpu}");
    session.press(b"\n");
    session.sees(" 200 ");
    session.rest(Duration::from_secs(1));
    let (bytes, cpu) = measured(&mut session, Duration::from_secs(10));
    println!("idle for 10 s, a token counting down by the second: {bytes} bytes drawn, {cpu}");
    session.rest(Duration::from_secs(20));
    let (bytes, cpu) = measured(&mut session, Duration::from_secs(10));
    println!("idle for 10 s, nobody there for 30 s: {bytes} bytes drawn, {cpu}");
    session.quit();
}

fn measured(session: &mut Session, time: Duration) -> (usize, String) {
    let process = session.child.process_id().unwrap();
    let before = processor_time(process);
    let bytes = session.rest(time);
    let used = before
        .zip(processor_time(process))
        .map(|(before, after)| after.saturating_sub(before));
    let told = used.map_or_else(
        || "processor time unknown here".to_owned(),
        |used| format!("{} of the processor", ms(used)),
    );
    (bytes, told)
}

/// What all threads of a process have used, as Linux tells it to the nanosecond.
fn processor_time(process: u32) -> Option<Duration> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let of_task = |path: &Path| -> Option<u64> {
        let text = fs::read_to_string(path.join("schedstat")).ok()?;
        text.split(' ').next()?.parse().ok()
    };
    Some(Duration::from_nanos(
        tasks.flatten().filter_map(|task| of_task(&task.path())).sum(),
    ))
}
