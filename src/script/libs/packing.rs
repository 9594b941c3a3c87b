//! What stands behind `CompressionStream` and `DecompressionStream`: gzip (RFC 1952), zlib (RFC 1950) and bare deflate
//! (RFC 1951).

use std::io::{self, Read};

use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder, GzEncoder, MultiGzDecoder, ZlibDecoder, ZlibEncoder};
use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, Object, Result, TypedArray};

use super::{Bytes, give};

/// How much may come of unpacking, in bytes: a few bytes can be made to unpack to any amount.
const MOST: u64 = 64 * 1024 * 1024;

/// `pack(format, bytes)` and `unpack(format, bytes)`.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let natives = Object::new(ctx.clone())?;
    natives.set("pack", Func::from(pack))?;
    natives.set("unpack", Func::from(unpack))?;
    Ok(natives)
}

#[expect(clippy::needless_pass_by_value, reason = "natives take what JavaScript hands over")]
fn pack(ctx: Ctx<'_>, format: String, Bytes(bytes): Bytes) -> Result<TypedArray<'_, u8>> {
    let level = Compression::default();
    let packed = match format.as_str() {
        "gzip" => all(GzEncoder::new(&*bytes, level)),
        "deflate" => all(ZlibEncoder::new(&*bytes, level)),
        _ => all(DeflateEncoder::new(&*bytes, level)),
    };
    given(&ctx, packed)
}

#[expect(clippy::needless_pass_by_value, reason = "natives take what JavaScript hands over")]
fn unpack(ctx: Ctx<'_>, format: String, Bytes(bytes): Bytes) -> Result<TypedArray<'_, u8>> {
    let unpacked = match format.as_str() {
        "gzip" => all(MultiGzDecoder::new(&*bytes)),
        "deflate" => all(ZlibDecoder::new(&*bytes)),
        _ => all(DeflateDecoder::new(&*bytes)),
    };
    given(&ctx, unpacked)
}

fn all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    source.take(MOST + 1).read_to_end(&mut out)?;
    Ok(out)
}

fn given<'js>(ctx: &Ctx<'js>, made: io::Result<Vec<u8>>) -> Result<TypedArray<'js, u8>> {
    match made {
        Ok(bytes) if bytes.len() as u64 > MOST => {
            Err(Exception::throw_range(ctx, "the data is more than 64 MB when unpacked"))
        }
        Ok(bytes) => give(ctx, bytes),
        Err(error) => Err(Exception::throw_type(
            ctx,
            &format!("the data cannot be unpacked: {error}"),
        )),
    }
}
