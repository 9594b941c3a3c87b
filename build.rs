//! Makes the executable smaller by what Cargo.toml cannot ask for: a release is stripped, functions that come out the same
//! are kept once, which saves 0.4 MB, and relative relocations are packed where the system can read them, which saves 1.2 MB
//! and starts sooner. It protects, too, what `.cargo/config.toml` tells the compiler to leave unprotected.
//!
//! glibc reads them from 2.36 on; with an older one the program would not start. So the machine that builds is asked which
//! it has, and a cross build, for which nobody can be asked, goes without. Only LLD folds functions; Rust brings it along for
//! this target and takes it unless it is told otherwise.
//!
//! It compiles the prelude of scripts, too, without the text of its functions, which would be kept in the bytecode of each
//! that they stand in: more than half of it, for a `toString` that nobody asks.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use rquickjs::{Context, Module, Runtime, WriteOptions, WriteOptionsEndianness};

/// The folder of the prelude's modules, and of the list of them.
const PRELUDE: &str = "src/script/js";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={PRELUDE}");
    if let Err(error) = compile_prelude() {
        println!("cargo::error=the prelude of scripts: {error}");
    }
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    let own = std::env::var("HOST").ok() == std::env::var("TARGET").ok();
    let glibc = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bins=-Wl,--strip-all");
    }
    if is("PROFILE", "release") && own && glibc && links_with_lld() {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
    if is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,relro,-z,now");
    }
    if own && glibc && glibc_version().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// What `getconf` says: `glibc 2.36`.
fn glibc_version() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?.stdout;
    let said = String::from_utf8(said).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    let minor = minor.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether the linker is the one that comes with Rust.
fn links_with_lld() -> bool {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let flags = var("CARGO_ENCODED_RUSTFLAGS");
    let other = !var("RUSTC_LINKER").is_empty() || flags.contains("linker") || flags.contains("fuse-ld");
    if var("TARGET") != "x86_64-unknown-linux-gnu" || other {
        return false;
    }
    let Ok(said) = Command::new(var("RUSTC")).args(["--print", "sysroot"]).output() else {
        return false;
    };
    let root = String::from_utf8_lossy(&said.stdout).into_owned();
    let lld = "lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/ld.lld";
    Path::new(root.trim()).join(lld).exists()
}

/// Writes each module's bytecode, and the list of them by their names, to where `src/script/prelude.rs` takes them from.
fn compile_prelude() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::var("OUT_DIR")?;
    let big = std::env::var("CARGO_CFG_TARGET_ENDIAN")? == "big";
    let options = || WriteOptions {
        endianness: if big {
            WriteOptionsEndianness::Big
        } else {
            WriteOptionsEndianness::Little
        },
        strip_source: true,
        ..WriteOptions::default()
    };
    let list = std::fs::read_to_string(Path::new(PRELUDE).join("modules.txt"))?;
    let names = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let runtime = Runtime::new()?;
    let mut compiled =
        "/// The modules by their names, as bytecode.\nconst COMPILED: &[(&str, &[u8])] = &[\n".to_owned();
    Context::full(&runtime)?.with(|context| {
        for (number, name) in names.enumerate() {
            let source =
                std::fs::read_to_string(Path::new(PRELUDE).join(name)).map_err(|error| format!("{name}: {error}"))?;
            let module = Module::declare(context.clone(), name, source);
            let module = module.map_err(|error| match context.catch().as_exception() {
                Some(thrown) => format!("{name}: {thrown}"),
                None => format!("{name}: {error}"),
            })?;
            std::fs::write(
                Path::new(&out).join(format!("{number}.bytecode")),
                module.write(options())?,
            )?;
            writeln!(compiled, "    ({name:?}, include_bytes!(\"{number}.bytecode\")),")?;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    compiled.push_str("];\n");
    Ok(std::fs::write(Path::new(&out).join("prelude.rs"), compiled)?)
}
