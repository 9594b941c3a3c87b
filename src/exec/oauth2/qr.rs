//! An address as a QR code, two dots to a character.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// The lines of the code, each as wide as the others, drawn dark on light with the margin it needs; `None` for a text that
/// is too long for one.
pub fn qr_code(text: &str) -> Option<Vec<String>> {
    // The lowest correction gives the smallest code, and a screen has no scratches.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let drawn = code.render::<Dense1x2>().quiet_zone(true).build();
    Some(drawn.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_code_is_a_square_with_a_margin() {
        let lines = qr_code("https://as.example/device?user_code=WDJB-MJHT").unwrap();
        let widths: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]));
        // 29 dots and 4 of margin on each side.
        assert_eq!((widths[0], lines.len()), (37, 19));
        assert!(
            lines[0].trim().is_empty() && lines[2].starts_with("    █▀▀▀▀▀█"),
            "{lines:#?}"
        );
        assert_eq!(qr_code(&"x".repeat(5000)), None);
    }
}
