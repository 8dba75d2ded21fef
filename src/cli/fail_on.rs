//! What `--fail-on` names: when a script wants to hear of an outcome by the exit status.

use std::str::FromStr;

use mdmlog::attempts::Attempts;
use mdmlog::catalog::Topic;
use mdmlog::outcome::Outcome;

use super::Status;

/// One of the things to fail on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Any failure.
    Any,
    /// An outcome, or one kind of it.
    Outcome(Topic),
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "any" => Ok(Self::Any),
            name => name.parse().map(Self::Outcome).map_err(|error| format!("{error}; `any` is any failure")),
        }
    }
}

impl FailOn {
    fn names(&self, found: Outcome) -> bool {
        match self {
            Self::Any => found.is_failure(),
            Self::Outcome(Topic { outcome, detail }) => {
                let of_detail = |wanted: &str| found.detail().is_some_and(|has| matches(wanted, &has));
                *outcome == found.name() && detail.as_deref().is_none_or(of_detail)
            }
        }
    }
}

/// Compares what is wanted with what there is; `5xx` names all statuses of the class.
fn matches(wanted: &str, has: &str) -> bool {
    match wanted.strip_suffix("xx") {
        Some(class) => has.len() == 3 && has.starts_with(class),
        None => wanted == has,
    }
}

/// Returns the status of a run that found these attempts.
pub fn status(fail_on: &[FailOn], attempts: &dyn Attempts) -> Status {
    let is_named = |outcome| fail_on.iter().any(|fail_on| fail_on.names(outcome));
    if !fail_on.is_empty() && (0..attempts.count()).filter_map(|index| attempts.outcome(index)).any(is_named) {
        Status::Matched
    } else {
        Status::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_any_outcomes_and_details() {
        assert_eq!("any".parse(), Ok(FailOn::Any));
        assert!(matches!("dns_failure/nxdomain".parse(), Ok(FailOn::Outcome(Topic { detail: Some(_), .. }))));
        let error = "http_410".parse::<FailOn>().unwrap_err();
        assert!(error.contains("did you mean"), "{error}");
        assert!("".parse::<FailOn>().is_err());
    }

    #[test]
    fn a_class_names_its_statuses() {
        assert!(matches("5xx", "503") && matches("503", "503") && matches("nxdomain", "nxdomain"));
        assert!(!matches("5xx", "403") && !matches("503", "502"));
    }
}
