//! Outcomes as arguments: completions offer their names, and what else names one is taken too.

use std::ffi::OsStr;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use mdmlog::catalog;
use mdmlog::model::outcome::OutcomeName;

/// Reads what names an outcome, and offers the names.
#[derive(Clone)]
pub struct Outcomes {
    /// Words beside the names, with what they mean.
    pub besides: &'static [(&'static str, &'static str)],
}

impl Outcomes {
    /// Makes a parser for a type that is read from such a name.
    pub fn parser<T>(besides: &'static [(&'static str, &'static str)]) -> impl TypedValueParser<Value = T>
    where
        T: FromStr<Err = String> + Clone + Send + Sync + 'static,
    {
        Self { besides }.try_map(|text: String| text.parse::<T>())
    }
}

impl TypedValueParser for Outcomes {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let besides = self.besides.iter().map(|(name, what)| PossibleValue::new(*name).help(*what));
        let outcomes = OutcomeName::ALL.map(|outcome| (outcome, catalog::entry(outcome, None).title));
        let named = outcomes.into_iter().map(|(outcome, title)| PossibleValue::new(outcome.as_str()).help(title));
        Some(Box::new(besides.chain(named)))
    }
}
