//! The fingerprint of a row that the audit chain carries.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 over the row as JSON with sorted keys and without nulls. Nulls are left out so that a column added later
/// (always nullable: expand, then contract) does not change the fingerprint of rows written before it existed.
pub fn row_digest<M: Serialize>(row: &M) -> [u8; 32] {
    let mut canonical = Vec::with_capacity(512);
    // A model is plain data; a value that cannot be expressed in JSON would be a bug, and shows as a digest of nothing.
    if let Ok(value) = serde_json::to_value(row) {
        write_canonical(&value, &mut canonical);
    }
    Sha256::digest(&canonical).into()
}

fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<(&String, &Value)> =
                map.iter().filter(|(_, value)| !value.is_null()).collect();
            // Sorted already as long as no crate asks serde_json to keep the order of insertion.
            fields.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            for (key, value) in fields {
                write_scalar(key, out);
                out.push(b':');
                write_canonical(value, out);
                out.push(b',');
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                write_canonical(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        scalar => write_scalar(scalar, out),
    }
}

fn write_scalar(value: &impl Serialize, out: &mut Vec<u8>) {
    // Writing into memory does not fail.
    let _infallible = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
}
