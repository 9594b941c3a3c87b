//! A small repeatable number generator, so that the data set is the same on every machine and in every version.
//!
//! The `rand` crate promises its streams only within a major version; a script written against the demo should find the
//! same file tomorrow. This is `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
//! It is for data only: tokens and keys come from the operating system's generator.

use uuid::Uuid;

/// A stream of numbers that depends on nothing but its seed.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Starts the stream of a name, so that one kind of data can grow without changing the others.
    pub fn named(name: &str) -> Self {
        // FNV-1a: enough to keep the streams apart.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to, but not including, `high`; `low` when the range is empty.
    pub fn range(&mut self, low: u64, high: u64) -> u64 {
        if high <= low {
            low
        } else {
            low + self.next() % (high - low)
        }
    }

    /// One of the items, or nothing of an empty list.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.range(0, items.len() as u64);
        items.get(usize::try_from(index).unwrap_or(0))
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.range(0, 100) < percent
    }

    /// A version 4 UUID in its usual form.
    pub fn uuid(&mut self) -> String {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    }

    /// 32 hexadecimal digits, as an MD5 sum is written.
    pub fn hex32(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }
}

/// A UUID that belongs to a name for good, as for the role a login owns.
pub fn uuid_of(name: &str) -> String {
    if name.is_empty() {
        Uuid::nil().to_string()
    } else {
        Rng::named(name).uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_gives_the_same_stream() {
        let (mut first, mut second) = (Rng::named("tree"), Rng::named("tree"));
        assert_eq!(first.next(), second.next());
        assert_eq!(first.uuid(), second.uuid());
        assert_ne!(uuid_of("amber-heron"), uuid_of("teal-otter"));
    }

    #[test]
    fn a_range_is_kept() {
        let mut rng = Rng::named("range");
        assert!((0..1_000).all(|_| (5..9).contains(&rng.range(5, 9))));
        assert_eq!(rng.range(7, 7), 7);
        assert_eq!(rng.pick::<u8>(&[]), None);
    }
}
