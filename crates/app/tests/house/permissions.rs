//! Permissions are compared by name: two of one name would be one.

use std::collections::BTreeSet;

use youlin_kernel::Access;

#[test]
fn names_are_unique_and_say_their_module() {
    let mut names = BTreeSet::new();
    for module in youlin::house::modules() {
        for permission in module.permissions {
            assert!(
                names.insert(permission.name),
                "{} is there twice",
                permission.name
            );
            assert!(
                permission.name.starts_with(&format!("{}.", module.name)),
                "{} is a permission of {}",
                permission.name,
                module.name
            );
            assert!(
                !permission.roles.is_empty(),
                "nobody has {}",
                permission.name
            );
        }
    }
    assert!(!names.is_empty());
}

#[test]
fn a_route_asks_only_for_permissions_that_a_module_lists() {
    let listed: BTreeSet<&str> = youlin::house::modules()
        .iter()
        .flat_map(|module| module.permissions.iter().map(|permission| permission.name))
        .collect();
    for module in youlin::house::modules() {
        for route in (module.routes)().table() {
            if let Access::Needs(permission) = route.access {
                assert!(
                    listed.contains(permission.name),
                    "{}: {}",
                    route.path,
                    permission.name
                );
            }
        }
    }
}
