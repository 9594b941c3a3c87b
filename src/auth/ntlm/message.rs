//! The three messages of NTLM (MS-NLMP, section 2.2.1) and the proof of version 2 (section 3.3.2).

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use md4::{Digest as _, Md4};
use md5::Md5;

/// What all messages begin with.
const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";

/// Texts in UTF-16.
const UNICODE: u32 = 0x0000_0001;
/// What we can and want: Unicode or not, the target's name, NTLM, signatures as far as the protocol wants the word,
/// the second session security, its information on the target, keys of 128 and 56 bits. Nothing is signed or sealed.
const FLAGS: u32 = 0xA088_8207;

/// The time, in the information on the target (MS-NLMP, section 2.2.2.1).
const TIMESTAMP: u16 = 7;
/// Flags there: 2 says that there is a MIC.
const AV_FLAGS: u16 = 6;
/// Its end.
const END: u16 = 0;

/// Who signs in.
pub(super) struct Account {
    pub user: String,
    pub domain: String,
    pub password: String,
    pub workstation: String,
}

/// The server's challenge.
#[derive(Debug)]
pub(super) struct Challenge {
    raw: Vec<u8>,
    flags: u32,
    nonce: [u8; 8],
    /// What is known of the target, in pairs of a number and bytes, without the end.
    target: Vec<(u16, Vec<u8>)>,
}

/// Which of the messages it is.
pub(super) fn kind_of(message: &[u8]) -> Option<u32> {
    message.strip_prefix(SIGNATURE)?;
    Some(u32::from_le_bytes(array(message, 8)?))
}

/// The first message: always the same.
pub(super) fn negotiate() -> Vec<u8> {
    let mut out = SIGNATURE.to_vec();
    out.extend(1u32.to_le_bytes());
    out.extend(FLAGS.to_le_bytes());
    // Neither domain nor workstation.
    out.extend([0; 16]);
    out
}

impl Challenge {
    /// Reads the second message; `None` for what is none.
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        if kind_of(message)? != 2 {
            return None;
        }
        let flags = u32::from_le_bytes(array(message, 20)?);
        let nonce = array(message, 24)?;
        let mut target = Vec::new();
        // Old servers end before it.
        if let (Some(len), Some(at)) = (array(message, 40), array(message, 44)) {
            let (len, at) = (usize::from(u16::from_le_bytes(len)), u32::from_le_bytes(at));
            let at = usize::try_from(at).ok()?;
            let mut rest = message.get(at..at.checked_add(len)?)?;
            while let (Some(id), Some(len)) = (array(rest, 0), array(rest, 2)) {
                let (id, len) = (u16::from_le_bytes(id), usize::from(u16::from_le_bytes(len)));
                if id == END {
                    break;
                }
                target.push((id, rest.get(4..4 + len)?.to_vec()));
                rest = &rest[4 + len..];
            }
        }
        Some(Self {
            raw: message.to_vec(),
            flags,
            nonce,
            target,
        })
    }
}

/// The third message: the proof, with our own nonce and the time.
pub(super) fn authenticate(account: &Account, challenge: &Challenge, chance: [u8; 8], now: Timestamp) -> Vec<u8> {
    let flags = challenge.flags & FLAGS;
    let mut target = challenge.target.clone();
    let server_time = target.iter().find(|(id, _)| *id == TIMESTAMP);
    let server_time = server_time.and_then(|(_, value)| array(value, 0));
    // A server that tells the time wants the whole handshake protected, and no proof of the older kind.
    let protects = server_time.is_some();
    if protects {
        target.retain(|(id, _)| *id != AV_FLAGS);
        target.push((AV_FLAGS, 2u32.to_le_bytes().to_vec()));
    }
    let proof = Proof::new(
        account,
        challenge.nonce,
        chance,
        server_time.unwrap_or_else(|| file_time(now)),
        &pairs(&target),
    );
    let older = if protects { vec![0; 24] } else { proof.older };
    let text = |text: &str| {
        if flags & UNICODE == 0 {
            text.as_bytes().to_vec()
        } else {
            utf16(text)
        }
    };
    let payload = [
        older,
        proof.response,
        text(&account.domain),
        text(&account.user),
        text(&account.workstation),
        // No key of a session: nothing follows that would be signed with it.
        Vec::new(),
    ];
    let mut at: usize = if protects { 88 } else { 64 };
    let mut out = SIGNATURE.to_vec();
    out.extend(3u32.to_le_bytes());
    for part in &payload {
        // Longer ones than the format allows come from no person's name.
        let len = u16::try_from(part.len()).unwrap_or(u16::MAX).to_le_bytes();
        out.extend(len);
        out.extend(len);
        out.extend(u32::try_from(at).unwrap_or(u32::MAX).to_le_bytes());
        at += part.len();
    }
    out.extend(flags.to_le_bytes());
    if protects {
        // No version, and room for the MIC.
        out.extend([0; 24]);
    }
    out.extend(payload.concat());
    if protects {
        let whole = [negotiate(), challenge.raw.clone(), out.clone()].concat();
        out[72..88].copy_from_slice(&hmac_md5(&proof.session_key, &whole));
    }
    out
}

/// The proof of version 2.
struct Proof {
    older: Vec<u8>,
    response: Vec<u8>,
    session_key: [u8; 16],
}

impl Proof {
    fn new(account: &Account, server: [u8; 8], chance: [u8; 8], time: [u8; 8], target: &[u8]) -> Self {
        let key = key(account);
        let head: [&[u8]; 6] = [&[1, 1, 0, 0, 0, 0, 0, 0], &time, &chance, &[0; 4], target, &[0; 4]];
        let temp = head.concat();
        let proof = hmac_md5(&key, &[&server[..], &temp].concat());
        let older = hmac_md5(&key, &[server, chance].concat());
        Self {
            older: [&older[..], &chance].concat(),
            response: [&proof[..], &temp].concat(),
            session_key: hmac_md5(&key, &proof),
        }
    }
}

/// The key of a user, from the password (`NTOWFv2`).
fn key(account: &Account) -> [u8; 16] {
    let hash: [u8; 16] = Md4::digest(utf16(&account.password)).into();
    hmac_md5(&hash, &utf16(&(account.user.to_uppercase() + &account.domain)))
}

fn hmac_md5(key: &[u8; 16], data: &[u8]) -> [u8; 16] {
    // A key of any length will do.
    Hmac::<Md5>::new_from_slice(key)
        .map(|mac| mac.chain_update(data).finalize().into_bytes().into())
        .unwrap_or_default()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The information on the target as it goes out.
fn pairs(target: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (id, value) in target {
        out.extend(id.to_le_bytes());
        out.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
        out.extend(value);
    }
    out.extend([0; 4]);
    out
}

/// The time as Windows counts it: in steps of 100 ns since 1601.
fn file_time(now: Timestamp) -> [u8; 8] {
    const TO_1970: i64 = 11_644_473_600;
    let seconds = now.as_second().saturating_add(TO_1970).saturating_mul(10_000_000);
    let steps = seconds.saturating_add(i64::from(now.subsec_nanosecond()) / 100);
    steps.to_le_bytes()
}

/// So many bytes from a place on; `None` where the message ends before.
fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect()
    }

    /// The user of the specification's examples (MS-NLMP, section 4.2.1).
    fn account() -> Account {
        Account {
            user: "User".into(),
            domain: "Domain".into(),
            password: "Password".into(),
            workstation: "COMPUTER".into(),
        }
    }

    const NONCE: &str = "01 23 45 67 89 ab cd ef";
    const TARGET: &str = "02 00 0c 00 44 00 6f 00 6d 00 61 00 69 00 6e 00 \
                          01 00 0c 00 53 00 65 00 72 00 76 00 65 00 72 00 00 00 00 00";

    #[test]
    fn the_examples_of_the_specification_come_out() {
        assert_eq!(
            Md4::digest(utf16("Password")).to_vec(),
            hex("a4 f4 9c 40 65 10 bd ca b6 82 4e e7 c3 0f d8 52")
        );
        assert_eq!(
            key(&account()).to_vec(),
            hex("0c 86 8a 40 3b fd 7a 93 a3 00 1e f2 2e f0 2e 3f")
        );
        let nonce = hex(NONCE).try_into().unwrap();
        let proof = Proof::new(&account(), nonce, [0xaa; 8], [0; 8], &hex(TARGET));
        assert_eq!(
            proof.older,
            hex("86 c3 50 97 ac 9c ec 10 25 54 76 4a 57 cc cc 19 aa aa aa aa aa aa aa aa")
        );
        assert_eq!(
            proof.response[..16],
            hex("68 cd 0a b8 51 e5 1c 96 aa bc 92 7b eb ef 6a 1c")
        );
        assert_eq!(
            proof.session_key.to_vec(),
            hex("8d e4 0c ca db c1 4a 82 f1 5c b0 ad 0d e9 5c a3")
        );
    }

    /// A challenge with this information on the target.
    fn challenge(target: &[u8]) -> Vec<u8> {
        let mut out = SIGNATURE.to_vec();
        out.extend(2u32.to_le_bytes());
        out.extend([0; 8]);
        out.extend(FLAGS.to_le_bytes());
        out.extend(hex(NONCE));
        out.extend([0; 8]);
        let len = u16::try_from(target.len()).unwrap().to_le_bytes();
        out.extend([len, len].concat());
        out.extend(48u32.to_le_bytes());
        out.extend(target);
        out
    }

    fn part(message: &[u8], field: usize) -> Vec<u8> {
        let len = usize::from(u16::from_le_bytes(array(message, field).unwrap()));
        let at = usize::try_from(u32::from_le_bytes(array(message, field + 4).unwrap())).unwrap();
        message[at..at + len].to_vec()
    }

    #[test]
    fn the_third_message_holds_what_it_says() {
        let read = Challenge::read(&challenge(&hex(TARGET))).unwrap();
        let message = authenticate(&account(), &read, [0xaa; 8], Timestamp::UNIX_EPOCH);
        assert_eq!(kind_of(&message), Some(3));
        assert_eq!(part(&message, 12).len(), 24);
        assert_eq!(
            (part(&message, 28), part(&message, 36), part(&message, 44)),
            (utf16("Domain"), utf16("User"), utf16("COMPUTER"))
        );
        assert_eq!(part(&message, 20)[24..32], file_time(Timestamp::UNIX_EPOCH));
        assert_eq!(file_time(Timestamp::UNIX_EPOCH), hex("00 80 3e d5 de b1 9d 01")[..]);
    }

    #[test]
    fn a_server_that_tells_the_time_gets_it_back_and_a_mic() {
        let time = [7, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0];
        let read = Challenge::read(&challenge(&time)).unwrap();
        let message = authenticate(&account(), &read, [0xaa; 8], Timestamp::UNIX_EPOCH);
        let response = part(&message, 20);
        assert_eq!(response[24..32], [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(part(&message, 12), [0; 24]);
        let mut blank = message.clone();
        blank[72..88].fill(0);
        let key = hmac_md5(&key(&account()), &response[..16]);
        let whole = [negotiate(), read.raw, blank].concat();
        assert_eq!(message[72..88], hmac_md5(&key, &whole));
    }

    #[test]
    fn broken_challenges_are_refused() {
        let whole = challenge(&hex(TARGET));
        for len in 0..whole.len() {
            // Those that end before the target's part are as old servers send them.
            assert!(
                Challenge::read(&whole[..len]).is_none() || (32..48).contains(&len),
                "{len}"
            );
        }
        assert!(Challenge::read(&negotiate()).is_none());
        let mut far = whole;
        far[44..48].fill(0xff);
        assert!(Challenge::read(&far).is_none());
    }
}
