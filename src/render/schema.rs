//! The JSON Schema of the report, made from its types, so that the two can't differ.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::ndjson::AttemptLine;
use crate::model::report::{Report, SCHEMA_VERSION};

/// Returns the JSON Schema (draft 2020-12) of the report.
pub fn schema() -> Value {
    schema_of::<Report>("report", "mdmlog report")
}

/// Returns the JSON Schema (draft 2020-12) of a line of `ndjson`.
pub fn line_schema() -> Value {
    schema_of::<AttemptLine<'_>>("line", "mdmlog line of ndjson")
}

/// Returns the JSON Schema (draft 2020-12) of what another command writes; all of it has the report's version.
pub(crate) fn schema_of<T: JsonSchema>(word: &str, title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    let (major, _) = SCHEMA_VERSION.split_once('.').unwrap_or((SCHEMA_VERSION, ""));
    schema.insert("$id".to_owned(), format!("urn:mdmlog:{word}:{major}").into());
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Rendering as _;
    use crate::sample;

    #[test]
    fn every_line_of_ndjson_is_valid() {
        let validator = jsonschema::options().should_validate_formats(true).build(&line_schema()).unwrap();
        for report in [sample::report(), sample::hostile("<\u{1b}\u{202e}'\"&=")] {
            let mut out = Vec::new();
            crate::render::ndjson::Ndjson.render(&report, &mut out).unwrap();
            for line in String::from_utf8(out).unwrap().lines() {
                let value: Value = serde_json::from_str(line).unwrap();
                let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{errors:#?}");
            }
        }
        assert!(!validator.is_valid(&serde_json::json!({"outcome": "success"})));
    }

    fn validator() -> jsonschema::Validator {
        jsonschema::options().should_validate_formats(true).build(&schema()).unwrap()
    }

    #[test]
    fn every_sample_is_valid() {
        let validator = validator();
        for report in [sample::report(), sample::hostile("<\u{1b}\u{202e}'\"&=")] {
            let value = serde_json::to_value(report).unwrap();
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }

    #[test]
    fn a_wrong_report_is_not_valid() {
        let validator = validator();
        let wrong = |pointer: &str, value: Value| {
            let mut report = serde_json::to_value(sample::report()).unwrap();
            *report.pointer_mut(pointer).unwrap() = value;
            !validator.is_valid(&report)
        };
        assert!(wrong("/attempts/0/outcome", "fine".into()));
        assert!(wrong("/attempts/0/started_at", "yesterday".into()));
        assert!(wrong("/summary", Value::Null));
        assert!(wrong("/attempts/0/confidence", 1.into()));
    }

    #[test]
    fn the_schema_names_itself_and_its_draft() {
        let schema = schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], "urn:mdmlog:report:1");
        assert!(schema["required"].as_array().unwrap().contains(&"attempts".into()));
    }
}
