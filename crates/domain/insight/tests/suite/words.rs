//! Whatever a module declares has its words, in both languages; and every indicator can be asked.

use youlin_datasets::cube::{Kind, check};
use youlin_insight::{INDICATORS, Period};
use youlin_kernel::Locale;
use youlin_testkit::web::catalogues;

use crate::ground::grounds;

#[tokio::test]
async fn datasets_dimensions_measures_and_indicators_are_named() {
    let ground = grounds().await.remove(0);
    let i18n = catalogues();
    let mut keys = Vec::new();
    for set in ground.datasets.all() {
        let schema = set.schema();
        keys.push(format!("data-{}", schema.code));
        keys.push(format!("data-{}-hint", schema.code));
        for dim in schema.dims {
            keys.push(format!("data-dim-{}", dim.code));
            if dim.kind == Kind::Key {
                keys.push(format!("data-same-{}", dim.code));
            }
        }
        keys.extend(
            set.measures()
                .iter()
                .map(|one| format!("data-{}-measure-{}", schema.code, one.code)),
        );
    }
    for one in INDICATORS.iter() {
        keys.push(format!("indicator-{}", one.code));
        keys.push(format!("indicator-{}-means", one.code));
    }
    for locale in [Locale::Zh, Locale::En] {
        for key in &keys {
            assert!(
                i18n.find(locale, key, &[]).is_some(),
                "{key} in {}",
                locale.tag()
            );
        }
    }
    let schemas: Vec<_> = ground.datasets.all().map(|set| set.schema()).collect();
    assert_eq!(INDICATORS.len(), 9);
    for one in INDICATORS.iter() {
        let period = Period {
            from: "2026-01-01".into(),
            to: "2026-12-31".into(),
            ..Period::default()
        };
        assert_eq!(check(&one.query(&period), &schemas), vec![], "{}", one.code);
    }
}
