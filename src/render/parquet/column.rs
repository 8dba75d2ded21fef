//! Columns: of each its name, its type, what it means, and its values when they are asked for, so that no more than one
//! column is held in memory besides the report.

use std::fmt::Write as _;
use std::rc::Rc;

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::writer::SerializedColumnWriter;
use serde::Serialize;

use crate::model::time::Timestamp;

const MICROSECOND: i64 = 1_000;

/// All columns of a table over its rows.
pub(super) struct Columns<'r>(Vec<Column<'r>>);

type Values<'r> = Box<dyn Fn(&mut SerializedColumnWriter<'_>) -> Result<()> + 'r>;

/// One of them.
pub(super) struct Column<'r> {
    pub(super) name: &'static str,
    pub(super) kind: ColumnKind,
    pub(super) what: &'static str,
    values: Values<'r>,
}

/// What the values are.
#[derive(Clone, Copy)]
pub(super) enum ColumnKind {
    Text,
    Json,
    Texts,
    Integer,
    Long,
    Double,
    Boolean,
    Time,
}

impl ColumnKind {
    /// Returns the type as Parquet spells it.
    fn parquet(self, name: &str) -> String {
        match self {
            Self::Text => format!("optional binary {name} (STRING);"),
            Self::Json => format!("optional binary {name} (JSON);"),
            Self::Texts => {
                format!(
                    "required group {name} (LIST) {{ repeated group list {{ required binary element (STRING); }} }}"
                )
            }
            Self::Integer => format!("optional int32 {name};"),
            Self::Long => format!("optional int64 {name};"),
            Self::Double => format!("optional double {name};"),
            Self::Boolean => format!("optional boolean {name};"),
            Self::Time => format!("optional int64 {name} (TIMESTAMP(MICROS,true));"),
        }
    }

    /// Returns the type for people.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "JSON text",
            Self::Texts => "list of text",
            Self::Integer => "int32",
            Self::Long => "int64",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Time => "timestamp (UTC, microseconds)",
        }
    }
}

impl Column<'_> {
    /// Writes the values.
    pub(super) fn write(&self, writer: &mut SerializedColumnWriter<'_>) -> Result<()> {
        (self.values)(writer)
    }
}

impl<'r> Columns<'r> {
    /// Returns the columns in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Column<'r>> {
        self.0.iter()
    }

    /// Returns the table's type as Parquet spells it.
    pub(super) fn schema(&self, table: &str) -> String {
        let mut text = format!("message {table} {{\n");
        for column in &self.0 {
            let _ = writeln!(text, "  {}", column.kind.parquet(column.name));
        }
        text + "}\n"
    }
}

/// Takes columns over the same rows.
pub(super) struct Builder<'r, R> {
    rows: Rc<[R]>,
    columns: Vec<Column<'r>>,
}

impl<'r, R: 'r> Builder<'r, R> {
    pub(super) fn new(rows: impl Iterator<Item = R>) -> Self {
        Self { rows: rows.collect(), columns: Vec::new() }
    }

    pub(super) fn text<T: AsRef<str>>(
        self,
        name: &'static str,
        what: &'static str,
        get: impl Fn(&R) -> Option<T> + 'r,
    ) -> Self {
        self.optional::<ByteArrayType>(name, what, ColumnKind::Text, move |row| {
            get(row).map(|text| ByteArray::from(text.as_ref()))
        })
    }

    /// Makes a column of what is too deep for one: the value as the JSON report has it, and null where there is nothing.
    pub(super) fn json<T: Serialize + 'r>(
        self,
        name: &'static str,
        what: &'static str,
        get: impl Fn(&R) -> &'r [T] + 'r,
    ) -> Self {
        self.optional::<ByteArrayType>(name, what, ColumnKind::Json, move |row| {
            let items = get(row);
            if items.is_empty() { None } else { serde_json::to_vec(items).ok().map(ByteArray::from) }
        })
    }

    /// Makes a column of one value with members of its own, as JSON.
    pub(super) fn object<T: Serialize + 'r>(
        self,
        name: &'static str,
        what: &'static str,
        get: impl Fn(&R) -> Option<&'r T> + 'r,
    ) -> Self {
        self.optional::<ByteArrayType>(name, what, ColumnKind::Json, move |row| {
            serde_json::to_vec(get(row)?).ok().map(ByteArray::from)
        })
    }

    pub(super) fn integer(self, name: &'static str, what: &'static str, get: impl Fn(&R) -> Option<u16> + 'r) -> Self {
        self.optional::<Int32Type>(name, what, ColumnKind::Integer, move |row| get(row).map(i32::from))
    }

    /// Counts and numbers; one that has no place in 63 bits is unknown.
    pub(super) fn long<N: TryInto<i64>>(
        self,
        name: &'static str,
        what: &'static str,
        get: impl Fn(&R) -> Option<N> + 'r,
    ) -> Self {
        self.optional::<Int64Type>(name, what, ColumnKind::Long, move |row| {
            get(row).and_then(|number| number.try_into().ok())
        })
    }

    pub(super) fn double(self, name: &'static str, what: &'static str, get: impl Fn(&R) -> Option<f64> + 'r) -> Self {
        self.optional::<DoubleType>(name, what, ColumnKind::Double, get)
    }

    pub(super) fn boolean(self, name: &'static str, what: &'static str, get: impl Fn(&R) -> Option<bool> + 'r) -> Self {
        self.optional::<BoolType>(name, what, ColumnKind::Boolean, get)
    }

    /// Microseconds, as Spark reads no nanoseconds.
    pub(super) fn time(
        self,
        name: &'static str,
        what: &'static str,
        get: impl Fn(&R) -> Option<Timestamp> + 'r,
    ) -> Self {
        self.optional::<Int64Type>(name, what, ColumnKind::Time, move |row| {
            get(row).map(|time| time.nanos().div_euclid(MICROSECOND))
        })
    }

    /// Makes a column of a list, which is empty where there is nothing.
    pub(super) fn texts(
        mut self,
        name: &'static str,
        what: &'static str,
        get: impl Fn(&R) -> Vec<&'r str> + 'r,
    ) -> Self {
        let rows = Rc::clone(&self.rows);
        let values: Values<'r> = Box::new(move |writer| {
            let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
            for row in rows.iter() {
                let items = get(row);
                // An empty list takes a place in the levels, and none among the values.
                defined.extend(std::iter::repeat_n(i16::from(!items.is_empty()), items.len().max(1)));
                repeated.push(0);
                repeated.extend(std::iter::repeat_n(1, items.len().saturating_sub(1)));
                values.extend(items.into_iter().map(ByteArray::from));
            }
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&defined), Some(&repeated)).map(drop)
        });
        self.columns.push(Column { name, kind: ColumnKind::Texts, what, values });
        self
    }

    pub(super) fn finish(self) -> Columns<'r> {
        Columns(self.columns)
    }

    fn optional<T: DataType>(
        mut self,
        name: &'static str,
        what: &'static str,
        kind: ColumnKind,
        get: impl Fn(&R) -> Option<T::T> + 'r,
    ) -> Self {
        let rows = Rc::clone(&self.rows);
        let values: Values<'r> = Box::new(move |writer| {
            let (mut values, mut defined) = (Vec::new(), Vec::with_capacity(rows.len()));
            for row in rows.iter() {
                let value = get(row);
                defined.push(i16::from(value.is_some()));
                values.extend(value);
            }
            writer.typed::<T>().write_batch(&values, Some(&defined), None).map(drop)
        });
        self.columns.push(Column { name, kind, what, values });
        self
    }
}
