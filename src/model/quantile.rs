//! Quantiles of what was measured: times of answers, of a server and of a run of attempts.

/// Returns the least of the sorted values that so many of a hundred do not exceed; `None` for no values.
pub fn quantile(sorted: &[f64], of_hundred: usize) -> Option<f64> {
    let rank = (sorted.len() * of_hundred).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        assert_eq!(quantile(&[], 50), None);
        assert_eq!(quantile(&[3.0], 95), Some(3.0));
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((quantile(&hundred, 50), quantile(&hundred, 95)), (Some(50.0), Some(95.0)));
    }
}
