//! What is read from a large register of residents, over HTTP: figures, search, files, and the area tree.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use youlin_cube::workload;

use crate::ground::{Ground, Server};
use crate::http::{Connection, Maker, get, load, post_json};
use crate::results::{Results, println_line};

/// Rounds of each question; the middle one counts.
const ROUNDS: usize = 5;

/// Somebody of the register, as they are looked for.
#[derive(Clone, Debug)]
pub(crate) struct Sought {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) address: String,
}

/// Where the readings are taken.
pub(crate) struct Readings<'a> {
    pub(crate) results: &'a mut Results,
    pub(crate) server: &'a Server,
    pub(crate) ground: &'a Ground,
    /// `sqlite` or `postgres`.
    pub(crate) on: &'static str,
    pub(crate) size: String,
    pub(crate) seconds: u64,
}

impl Readings<'_> {
    pub(crate) fn below(&mut self, name: &str, value: f64, unit: &'static str, most: f64) {
        let name = format!("residents.{}.{name}", self.on);
        self.results.below(&name, value, unit, &self.size, most);
    }

    /// The first question loads the tables; then every declared count, in several areas; then the composed question.
    /// Answers the composed question's milliseconds.
    pub(crate) async fn figures(&mut self) -> Result<f64> {
        let empty = self.server.memory_mb()?;
        let mut client = Connection::open(self.server.addr).await?;
        let all = json!({"dataset": "persons"}).to_string();
        let started = Instant::now();
        let total = self.ask(&mut client, &all).await?;
        let cold = started.elapsed().as_secs_f64();
        println_line(&format!("     {}: {} persons counted", self.on, total));
        self.below("figures.cold", cold, "s", 60.0);
        let held = self.server.memory_mb()? - empty;
        self.below("figures.memory", held, "MB", 700.0);

        let mut worst = (0.0_f64, String::new());
        for question in self.counts()? {
            let (middle, _) = self.timed(&mut client, &question).await?;
            if middle > worst.0 {
                worst = (middle, question);
            }
        }
        println_line(&format!("     slowest: {}", worst.1));
        self.below("figures.count", worst.0, "ms", 50.0);
        let composed = serde_json::to_string(&workload::composed())?;
        let (middle, count) = self.timed(&mut client, &composed).await?;
        println_line(&format!("     {}: composed counts {count}", self.on));
        self.below("figures.composed", middle, "ms", 300.0);
        Ok(middle)
    }

    /// Every count by area and label: of everything, of some communities and some grids; grouped and not.
    fn counts(&self) -> Result<Vec<String>> {
        let mut all = Vec::new();
        for (_, query) in workload::counts() {
            all.push(serde_json::to_string(&query)?);
        }
        let few = |ids: &[i64]| -> Vec<i64> { ids.iter().copied().step_by(17).collect() };
        let communities: Vec<i64> = self.ground.communities.iter().map(|id| id.0).collect();
        let areas = few(&communities).into_iter().chain(few(&self.ground.grids));
        let areas: Vec<Option<i64>> = std::iter::once(None).chain(areas.map(Some)).collect();
        for label in [
            "elderly",
            "living_alone",
            "party_member",
            "volunteer",
            "talent:first_aid",
        ] {
            let test = json!({"test": {"dim": "labels", "op": "is", "values": [label]}});
            for area in &areas {
                let question = json!({"dataset": "persons", "filter": test, "area": area});
                all.push(question.to_string());
            }
            let by = json!([{"dim": "area", "level": 4}]);
            let question = json!({"dataset": "persons", "filter": test, "group": by});
            all.push(question.to_string());
        }
        Ok(all)
    }

    async fn ask(&self, client: &mut Connection, question: &str) -> Result<u64> {
        let request = post_json("/api/v1/insight/query", &self.ground.key, question);
        let (status, body) = client.ask(&request).await?;
        ensure!(
            status == 200,
            "{question}: {status} {}",
            String::from_utf8_lossy(&body)
        );
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        Ok(answer["answer"]["total"]["count"].as_u64().unwrap_or(0))
    }

    /// The middle of some rounds, milliseconds, and what is counted.
    async fn timed(&self, client: &mut Connection, question: &str) -> Result<(f64, u64)> {
        let mut times = Vec::new();
        let mut count = 0;
        for _ in 0..ROUNDS {
            let started = Instant::now();
            count = self.ask(client, question).await?;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        Ok((times.get(ROUNDS / 2).copied().unwrap_or(0.0), count))
    }

    /// Looking for people in every way there is, and opening their files.
    pub(crate) async fn people(&mut self, sought: &[Sought]) -> Result<()> {
        let by_address = sought.iter().map(|one| one.address.clone()).collect();
        let tails = sought.iter().map(|one| one.phone[7..].to_owned()).collect();
        let phones = sought.iter().map(|one| one.phone.clone()).collect();
        let names = sought.iter().map(|one| one.name.clone()).collect();
        let pieces = sought
            .iter()
            .map(|one| one.name.chars().skip(1).collect())
            .collect();
        let spelt = |words: &[&str]| words.iter().map(|one| (*one).to_owned()).collect();
        let pinyin = spelt(&[
            "zhoujianguo",
            "wumeihua",
            "zhengxiuying",
            "shenhaiyan",
            "zhangguilan",
        ]);
        let initials = spelt(&["zjg", "wmh", "zxy", "shy", "zgl"]);
        let ways: [(&str, Vec<String>); 7] = [
            ("name", names),
            ("piece", pieces),
            ("pinyin", pinyin),
            ("initials", initials),
            ("phone", phones),
            ("tail", tails),
            ("address", by_address),
        ];
        for (way, texts) in ways {
            let paths: Vec<String> = texts.iter().map(|text| with("/people?q=", text)).collect();
            self.pages(&format!("search.{way}_p99"), paths, 30.0)
                .await?;
        }
        let boxed = sought.iter().map(|one| with("/find?q=", &one.name));
        self.pages("search.box_p99", boxed.collect(), 50.0).await?;
        let files = sought.iter().map(|one| format!("/people/{}", one.id));
        self.pages("file_p99", files.collect(), 20.0).await
    }

    /// The pages and answers of the area tree.
    pub(crate) async fn tree(&mut self, communities: &[i64], above: &[i64]) -> Result<()> {
        let each = |path: &str, ids: &[i64]| -> Vec<String> {
            ids.iter().map(|id| format!("{path}{id}")).collect()
        };
        let of_areas = each("/admin/areas?area=", above);
        self.pages("tree.page_p99", of_areas, 50.0).await?;
        let register = each("/places?community=", communities);
        self.pages("tree.register_p99", register, 50.0).await?;
        let below = each("/api/v1/areas?depth=1&within=", above);
        self.pages("tree.children_p99", below, 50.0).await?;
        let words = ["跃龙", "虹桥街道", "320613", "村委会", "新民", "unheard"];
        let found = words.iter().map(|text| with("/api/v1/areas/find?q=", text));
        self.pages("tree.search_p99", found.collect(), 50.0).await?;
        self.pages("tree.desk_p99", vec!["/desk".into()], 100.0)
            .await
    }

    /// One reader after the other: what one person waits, not how many can be served.
    async fn pages(&mut self, name: &str, paths: Vec<String>, most: f64) -> Result<()> {
        let key = self.ground.key.clone();
        let named = name.to_owned();
        let make: Maker = Arc::new(move |n| {
            let at = usize::try_from(n).unwrap_or(0) % paths.len().max(1);
            let accept = if paths[at].starts_with("/api/") {
                "application/json"
            } else {
                "text/html"
            };
            get(&paths[at], &key, accept)
        });
        let found = load(self.server.addr, 1, self.seconds.min(4), 200, make)
            .await
            .with_context(|| named)?;
        self.below(name, found.p99_ms, "ms", most);
        Ok(())
    }
}

/// A path with a text in it.
fn with(path: &str, text: &str) -> String {
    let mut full = path.to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    full
}
