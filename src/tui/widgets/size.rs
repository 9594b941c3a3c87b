//! Sizes as people read them.

/// Writes a number of bytes with three figures, in powers of 1000: `0 B`, `1.25 KB`, `105 MB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut unit = 1000_u64;
    for name in ["KB", "MB", "GB"] {
        // So many parts of the unit, rounded: exact for any size.
        let parts = |parts: u128| (u128::from(bytes) * parts + u128::from(unit / 2)) / u128::from(unit);
        let (hundredths, tenths, whole) = (parts(100), parts(10), parts(1));
        if hundredths < 1000 {
            return format!("{}.{:02} {name}", hundredths / 100, hundredths % 100);
        }
        if tenths < 1000 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        if whole < 1000 || name == "GB" {
            return format!("{whole} {name}");
        }
        unit *= 1000;
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_figures() {
        let shown: Vec<_> = [0, 999, 1000, 1_249, 9_999, 41_000, 999_999, 104_857_746, u64::MAX]
            .map(size)
            .to_vec();
        assert_eq!(
            shown,
            [
                "0 B",
                "999 B",
                "1.00 KB",
                "1.25 KB",
                "10.0 KB",
                "41.0 KB",
                "1.00 MB",
                "105 MB",
                "18446744074 GB"
            ]
        );
    }
}
