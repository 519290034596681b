//! The fingerprint of a row that the audit chain carries.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use sha2::{Digest, Sha256};

/// SHA-256 over the row as JSON with sorted keys and without nulls. Nulls are left out so that a column added later
/// (always nullable: expand, then contract) does not change the fingerprint of rows written before it existed.
pub fn row_digest<M: Serialize>(row: &M) -> [u8; 32] {
    Canonical::of(row).digest()
}

/// What a row says, whatever its version.
pub fn words_digest<M: Serialize>(row: &M) -> [u8; 32] {
    Canonical::of(row).words()
}

/// A row as its digests are worked out of it.
pub(crate) struct Canonical {
    bytes: Vec<u8>,
    /// The field that says its version.
    version: Range<usize>,
}

impl Canonical {
    pub(crate) fn of<M: Serialize>(row: &M) -> Self {
        let mut written = Vec::with_capacity(1_024);
        let mut serializer = Serializer::with_formatter(&mut written, Marked);
        // A model is plain data; a value that cannot be expressed in JSON would be a bug, and shows as a digest of nothing.
        if row.serialize(&mut serializer).is_err() {
            written.clear();
        }
        let mut bytes = Vec::with_capacity(written.len());
        let mut rest = written.as_slice();
        let version = match rest.first() {
            Some(&OPEN) => object(&mut rest, &mut bytes),
            _ => {
                sort(&mut rest, &mut bytes);
                0..0
            }
        };
        Self { bytes, version }
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    pub(crate) fn words(&self) -> [u8; 32] {
        let (before, after) = (..self.version.start, self.version.end..);
        let mut hash = Sha256::new();
        for part in [self.bytes.get(before), self.bytes.get(after)] {
            hash.update(part.unwrap_or_default());
        }
        hash.finalize().into()
    }
}

// Marks of objects: JSON writes no byte below a blank, in texts neither. Thousands of rows are written in one transaction, and
// most of a row is bytes: a tree of values would make each byte a number of its own in memory.
const OPEN: u8 = 1;
const KEY: u8 = 2;
const VALUE: u8 = 3;
const CLOSE: u8 = 4;

/// JSON with a comma after every element, and marks where its objects begin, change and end.
struct Marked;

impl Formatter for Marked {
    fn write_f32<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        self.write_f64(writer, f64::from(value))
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b",")
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&[OPEN])
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        _: bool,
    ) -> io::Result<()> {
        writer.write_all(&[KEY])
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&[VALUE])
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&[CLOSE])
    }
}

/// Copies what was written, up to the end of the object it is in, with the fields of its objects in the order of their names.
fn sort(rest: &mut &[u8], out: &mut Vec<u8>) {
    loop {
        out.extend_from_slice(up_to_mark(rest));
        if rest.first() != Some(&OPEN) {
            return;
        }
        object(rest, out);
    }
}

/// A field of an object as it was written.
struct Field<'a> {
    /// How its name begins: most names differ in that already.
    begins: u64,
    key: &'a [u8],
    value: Cow<'a, [u8]>,
}

/// Copies an object, and says where its version is.
fn object(rest: &mut &[u8], out: &mut Vec<u8>) -> Range<usize> {
    let mut fields = Vec::with_capacity(48);
    step(rest);
    while rest.first() == Some(&KEY) {
        step(rest);
        let key = up_to_mark(rest);
        step(rest);
        let begins = begins(plain(key));
        let value = value(rest);
        fields.push(Field { begins, key, value });
    }
    step(rest);
    if fields.iter().any(|field| field.key.contains(&b'\\')) {
        fields.sort_by(|one, other| name(one.key).cmp(&name(other.key)));
    } else {
        fields.sort_by(|one, other| {
            let rest = || plain(one.key).cmp(plain(other.key));
            one.begins.cmp(&other.begins).then_with(rest)
        });
    }
    let mut version = 0..0;
    out.push(b'{');
    for (at, field) in fields.iter().enumerate() {
        // Said twice, the last counts.
        let again = fields.get(at + 1).is_some_and(|next| next.key == field.key);
        if field.value.as_ref() == b"null" || again {
            continue;
        }
        let from = out.len();
        out.extend_from_slice(field.key);
        out.push(b':');
        out.extend_from_slice(&field.value);
        out.push(b',');
        if field.key == b"\"version\"" {
            version = from..out.len();
        }
    }
    out.push(b'}');
    version
}

/// The value at the beginning: where no object is in it, as it stands there.
fn value<'a>(rest: &mut &'a [u8]) -> Cow<'a, [u8]> {
    let head = up_to_mark(rest);
    if rest.first() != Some(&OPEN) {
        return Cow::Borrowed(head);
    }
    let mut own = head.to_vec();
    object(rest, &mut own);
    sort(rest, &mut own);
    Cow::Owned(own)
}

/// The first bytes of a name, in the order of names: none of them holds a zero, except written as an escape.
fn begins(name: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(name) {
        *to = *from;
    }
    u64::from_be_bytes(bytes)
}

/// The name a key is written for.
fn name(key: &[u8]) -> Cow<'_, [u8]> {
    let name: Result<String, _> = serde_json::from_slice(key);
    name.map_or(Cow::Borrowed(plain(key)), |name| {
        Cow::Owned(name.into_bytes())
    })
}

/// The same where nothing in it is escaped.
fn plain(key: &[u8]) -> &[u8] {
    let inner = key.strip_prefix(b"\"");
    inner.and_then(|key| key.strip_suffix(b"\"")).unwrap_or(key)
}

fn up_to_mark<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|byte| *byte <= CLOSE);
    let (head, tail) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = tail;
    head
}

fn step(rest: &mut &[u8]) {
    *rest = rest.get(1..).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn key_order_and_nulls_do_not_matter_but_values_do() {
        let a = row_digest(&json!({"b": 1, "a": "x", "later": null}));
        assert_eq!(a, row_digest(&json!({"a": "x", "b": 1})));
        assert_ne!(a, row_digest(&json!({"a": "x", "b": 2})));
        assert_ne!(
            row_digest(&json!(["ab", "c"])),
            row_digest(&json!(["a", "bc"]))
        );
    }

    #[test]
    fn the_form_never_changes() {
        // Rows written years ago are verified by it.
        let row =
            json!({"text": "楼道\n“灯”", "n": 1.5, "none": null, "list": [1, null, {"b": true}]});
        assert_eq!(
            hex::encode(row_digest(&row)),
            "641a9b08bf8ec1db696b527d418e251129eb628430b8f308448746f1a6299cfe"
        );
    }

    #[test]
    fn what_a_row_says_does_not_change_with_its_version() {
        let row = |version: i32, name: &str| json!({"version": version, "name": name, "in": {"version": 1}});
        assert_eq!(words_digest(&row(1, "x")), words_digest(&row(3, "x")));
        assert_ne!(words_digest(&row(1, "x")), words_digest(&row(1, "y")));
        assert_ne!(row_digest(&row(1, "x")), row_digest(&row(3, "x")));
        let other = json!({"version": 1, "name": "x", "in": {"version": 2}});
        assert_ne!(words_digest(&row(1, "x")), words_digest(&other));
    }

    /// The form as it is described, from a tree of values.
    fn described(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let mut fields: Vec<(&String, &Value)> =
                    map.iter().filter(|(_, value)| !value.is_null()).collect();
                fields.sort_unstable_by_key(|(key, _)| *key);
                let fields = fields
                    .into_iter()
                    .map(|(key, value)| format!("{}:{},", json!(key), described(value)));
                format!("{{{}}}", fields.collect::<String>())
            }
            Value::Array(items) => {
                let items = items.iter().map(|item| format!("{},", described(item)));
                format!("[{}]", items.collect::<String>())
            }
            scalar => scalar.to_string(),
        }
    }

    #[derive(Debug, Serialize)]
    enum Kind {
        Plain,
        Of(f32),
        Both { b: Option<u8>, a: String },
    }

    #[derive(Debug, Serialize)]
    struct Row {
        version: i32,
        sealed: Vec<u8>,
        amount: f64,
        kind: Kind,
        left: Option<i64>,
        detail: Value,
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-c\"\\\\\n\u{1}\u{4}楼灯#]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a\"#\\\\\u{1}楼]{0,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_the_form_that_is_described(
            (version, sealed) in any::<(i32, Vec<u8>)>(),
            (amount, part) in any::<(f64, f32)>(),
            (left, which) in any::<(Option<i64>, u8)>(),
            detail in values(),
        ) {
            let kind = match which % 3 {
                0 => Kind::Plain,
                1 => Kind::Of(part),
                _ => Kind::Both { b: (which > 99).then_some(which), a: "楼".to_owned() },
            };
            let row = Row { version, sealed, amount, kind, left, detail };
            let value = serde_json::to_value(&row).unwrap();
            let expected: [u8; 32] = Sha256::digest(described(&value)).into();
            prop_assert_eq!(row_digest(&row), expected);
            let mut said = value;
            if let Value::Object(fields) = &mut said {
                fields.remove("version");
            }
            let expected: [u8; 32] = Sha256::digest(described(&said)).into();
            prop_assert_eq!(words_digest(&row), expected);
        }
    }
}
