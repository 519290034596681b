//! What hangs on the wall: the figures of the area asked for, as far as whoever looks may read them.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use youlin_kernel::{Grant, Role};
use youlin_people::Vault;
use youlin_places::Locator;
use youlin_testkit::web::{Keys, account, catalogues, web_config, wide_limits};

use crate::ground::{Answer, Ground};

impl Ground {
    /// A page as somebody with this role in the area of that code reads it.
    async fn read(&self, role: Role, code: &str, path: &str) -> Answer {
        let grant = Grant {
            role,
            area: self.area(code),
            organisation: None,
        };
        let keys = Arc::new(Keys(vec![account(1, "reader", grant)]));
        let app = self
            .world
            .app(catalogues(), web_config(), keys, wide_limits())
            .with(self.app.need::<Vault>().unwrap())
            .with(self.app.need::<Locator>().unwrap())
            .with(Arc::clone(&self.cases))
            .finish();
        let request = Request::get(path)
            .header(header::AUTHORIZATION, "Bearer reader")
            .header(header::ACCEPT, "text/html");
        self.over(app, request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn the_wall_shows_the_area_asked_for_and_none_outside_ones_own() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let (lamp, _) = ground.filed("A1", "P-1", "甲的路灯").await;
        let (other, _) = ground.filed("B", "P-1", "乙的路灯").await;
        let shows = |wall: &Answer| {
            assert_eq!(wall.status, StatusCode::OK, "{}", wall.text);
            [lamp, other].map(|id| wall.text.contains(&format!("/cases/{id}")))
        };
        let area = |code: &str| format!("/wall?area={}", ground.area(code).0);

        // Without a question it is the area of one's own.
        let wall = ground.read(Role::CommunityDesk, "A", "/wall").await;
        assert_eq!(shows(&wall), [true, false]);
        assert!(wall.text.contains("甲社区"), "{}", wall.text);
        for code in ["A", "A1"] {
            let wall = ground.read(Role::CommunityDesk, "A", &area(code)).await;
            assert_eq!(shows(&wall), [true, false], "{code}");
        }
        let wall = ground.read(Role::CommunityDesk, "A", &area("B")).await;
        assert_eq!(wall.status, StatusCode::NOT_FOUND, "{}", wall.text);

        let above = [
            ("/wall".to_owned(), [true, true]),
            (area("A1"), [true, false]),
            (area("B"), [false, true]),
        ];
        for (path, seen) in above {
            let wall = ground.read(Role::SubdistrictSupervisor, "S1", &path).await;
            assert_eq!(shows(&wall), seen, "{path}");
        }
    }
}
