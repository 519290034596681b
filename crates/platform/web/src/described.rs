//! The description of the REST interface (OpenAPI 3.1), put together from the routes.
//!
//! Each operation and each named schema is written down as JSON at once and let go: a house of some hundred operations,
//! each of which brings its schemas along, would otherwise be some twenty megabytes for a moment, and an allocator does
//! not give such holes back.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{Info, OpenApiVersion, RefOr, Schema};

use crate::Method;

/// What is described so far.
#[derive(Default)]
pub(crate) struct Described {
    paths: BTreeMap<String, BTreeMap<&'static str, Box<RawValue>>>,
    schemas: BTreeMap<String, Box<RawValue>>,
}

impl Described {
    /// Takes up the operations of a path; answers with their methods.
    pub(crate) fn add(&mut self, path: &str, item: &PathItem) -> Vec<Method> {
        let declared = [
            (&item.get, Method::Get),
            (&item.post, Method::Post),
            (&item.put, Method::Put),
            (&item.patch, Method::Patch),
            (&item.delete, Method::Delete),
        ];
        let mut methods = Vec::new();
        for (operation, method) in declared {
            let Some(operation) = operation else { continue };
            methods.push(method);
            if let Some(written) = written(operation) {
                let operations = self.paths.entry(path.to_owned()).or_default();
                operations.insert(method.in_description(), written);
            }
        }
        methods
    }

    /// Takes up the schemas the operations refer to; a name stands for the same schema everywhere.
    pub(crate) fn name(&mut self, schemas: &[(String, RefOr<Schema>)]) {
        for (name, schema) in schemas {
            match self.schemas.get(name) {
                Some(held) => debug_assert!(
                    written(schema).is_some_and(|other| held.get() == other.get()),
                    "two types are called {name} in the description: give one `#[schema(as = …)]`"
                ),
                None => {
                    if let Some(written) = written(schema) {
                        self.schemas.insert(name.clone(), written);
                    }
                }
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (path, operations) in other.paths {
            self.paths.entry(path).or_default().extend(operations);
        }
        for (name, schema) in other.schemas {
            debug_assert!(
                self.schemas
                    .get(&name)
                    .is_none_or(|held| held.get() == schema.get()),
                "two types are called {name} in the description: give one `#[schema(as = …)]`"
            );
            self.schemas.entry(name).or_insert(schema);
        }
    }

    pub(crate) fn finish(self, info: Info) -> Description {
        Description {
            openapi: OpenApiVersion::default(),
            info,
            paths: self.paths,
            components: Components {
                schemas: self.schemas,
            },
        }
    }
}

/// Schemas and operations are made of texts, numbers and lists: writing them down does not fail.
fn written(part: &impl Serialize) -> Option<Box<RawValue>> {
    to_raw_value(part).ok()
}

/// The whole description, to be written as JSON.
#[derive(Serialize)]
pub struct Description {
    openapi: OpenApiVersion,
    info: Info,
    paths: BTreeMap<String, BTreeMap<&'static str, Box<RawValue>>>,
    components: Components,
}

#[derive(Serialize)]
struct Components {
    schemas: BTreeMap<String, Box<RawValue>>,
}

impl std::fmt::Debug for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Description")
            .field("paths", &self.paths.len())
            .finish_non_exhaustive()
    }
}
