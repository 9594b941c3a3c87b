//! Time and chance, from one place: what is signed with them can be compared with the vectors of a specification.

use jiff::Timestamp;
use rand::RngExt;

/// Where a signer has the time from, and texts that nobody used before.
#[derive(Clone, Debug, Default)]
pub(super) enum Chance {
    /// The clock and the system's randomness.
    #[default]
    Real,
    /// What a test says.
    #[cfg(test)]
    Fixed {
        /// The time.
        now: Timestamp,
        /// Every nonce.
        nonce: &'static str,
    },
}

impl Chance {
    pub(super) fn now(&self) -> Timestamp {
        match self {
            Self::Real => Timestamp::now(),
            #[cfg(test)]
            Self::Fixed { now, .. } => *now,
        }
    }

    /// 128 random bits in hexadecimal digits.
    pub(super) fn nonce(&self) -> String {
        match self {
            Self::Real => format!("{:032x}", rand::rng().random::<u128>()),
            #[cfg(test)]
            Self::Fixed { nonce, .. } => (*nonce).to_owned(),
        }
    }
    /// 64 random bits.
    pub(super) fn bytes(&self) -> [u8; 8] {
        match self {
            Self::Real => rand::rng().random(),
            #[cfg(test)]
            Self::Fixed { nonce, .. } => {
                let mut out = [0; 8];
                let text = nonce.bytes().chain(std::iter::repeat(0));
                out.iter_mut().zip(text).for_each(|(byte, own)| *byte = own);
                out
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_nonce_is_another_each_time() {
        let (one, two) = (Chance::Real.nonce(), Chance::Real.nonce());
        assert_ne!(one, two);
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(Chance::Real.bytes(), Chance::Real.bytes());
    }
}
