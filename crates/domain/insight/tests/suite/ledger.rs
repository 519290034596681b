//! The ledger of who asks for how much: every figure of it opens to as many lines as it says, or to lines that add up to it.

use axum::http::StatusCode;
use youlin_kernel::Micros;

use crate::forms::{COLUMNS, blank};
use crate::http::{DESK, Web, webs};

/// Name, figure and address of every figure that opens.
fn figures(page: &str) -> Vec<(String, i64, String)> {
    let found = page.split("data-label=\"").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("\"><a href=\"")?;
        let (href, rest) = rest.split_once("\">")?;
        let figure = rest.split_once('<')?.0.parse().ok()?;
        let href = href.replace("&#38;", "&").replace("&amp;", "&");
        let own = !name.contains('<') && href.starts_with("/insight/forms/ledger?");
        own.then(|| (name.to_owned(), figure, href))
    });
    found.collect()
}

/// How many lines a list has, what its last numbers add up to, and the sum it says under them.
struct Opened {
    lines: i64,
    last: i64,
    said: i64,
    text: String,
}

/// The last number of a line.
fn number(line: &str) -> i64 {
    let place = line.rsplit("class=\"num\"").next().unwrap();
    let digits = place.split_once('>').unwrap().1.replace("<b>", "");
    let digits = digits.split("</").next().unwrap();
    let digits = digits.rsplit('>').next().unwrap();
    digits.parse().unwrap_or(0)
}

impl Web {
    async fn opened(&self, href: &str) -> Opened {
        let got = self.get(DESK, href).await;
        let text = got.text();
        assert_eq!(got.status, StatusCode::OK, "{href}: {text}");
        let body = text.split("</tbody>").next().unwrap();
        let lines: Vec<&str> = body.split("<tr data-item>").skip(1).collect();
        let foot = text.split("<tfoot>").nth(1).map_or("", |rest| rest);
        let foot = foot.split("</tfoot>").next().unwrap();
        Opened {
            lines: i64::try_from(lines.len()).unwrap(),
            last: match lines.iter().all(|line| line.contains("class=\"num\"")) {
                true => lines.iter().map(|line| number(line)).sum(),
                false => 0,
            },
            said: match foot.is_empty() {
                true => 0,
                false => number(foot),
            },
            text,
        }
    }

    /// Opens every figure of the ledger; answers them by name, in their order.
    async fn ledger(&self) -> Vec<(String, i64)> {
        let list = self.get(DESK, "/insight/forms").await.text();
        let mut all = Vec::new();
        for (name, figure, href) in figures(&list) {
            let opened = self.opened(&href).await;
            let meant = match name.as_str() {
                "表" | "填报次数" | "要去问（条）" => opened.lines,
                "来自记录（格）" | "为它去问来的（格）" | "空缺（格）" | "每年共要（格）" =>
                {
                    assert_eq!(opened.last, opened.said, "{name}: {}", opened.text);
                    opened.last
                }
                other => panic!("{other} opens to {href}"),
            };
            assert_eq!(meant, figure, "{name} of {href}: {}", opened.text);
            all.push((name, figure));
        }
        all
    }

    async fn form(&self, fields: &[(&str, &str)], columns: &[&str]) -> String {
        let sent = self.hand_in(DESK, fields, &blank(columns)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        sent.location().split('?').next().unwrap().to_owned()
    }

    async fn fill(&self, form: &str) {
        self.ground.world.clock.advance(Micros::MINUTE);
        let got = self.post(DESK, &format!("{form}/fill"), &[]).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    }
}

fn sum(all: &[(String, i64)], name: &str) -> Vec<i64> {
    let named = all.iter().filter(|one| one.0 == name);
    named.map(|one| one.1).collect()
}

#[tokio::test]
async fn every_figure_of_the_ledger_opens_to_the_lines_it_counts() {
    for web in webs().await {
        let area = web.area();
        let people = [
            ("number", "37"),
            ("requester", "街道民政"),
            ("every", "quarter"),
            ("area", area.as_str()),
            ("rows", "d=persons&f=labels~is~living_alone"),
        ];
        let people = web.form(&people, &COLUMNS).await;
        // What parts of an address are made of may stand in a name.
        let grids = [
            ("requester", "统计~局 50%&a=b"),
            ("every", "month"),
            ("area", area.as_str()),
            ("rows", "areas:5"),
        ];
        let columns = ["序号", "网格名称", "常住人口", "独居老人数", "所长签名"];
        let grids = web.form(&grids, &columns).await;
        let before = web.ledger().await;
        assert_eq!(sum(&before, "表"), [1, 1, 2], "nothing was filled yet");
        // A form that was never filled asks for its lines as they are, times its columns, and the list says so.
        let expected = 2 * 7 * 4 + 2 * 4 * 12;
        assert_eq!(before.len(), 6, "{before:?}");
        assert_eq!(
            sum(&before, "每年共要（格）").into_iter().max(),
            Some(expected)
        );
        let yearly = web.opened("/insight/forms/ledger?of=forms").await;
        assert!(yearly.text.contains("约 14（没填过"), "{}", yearly.text);

        // Filled twice for one quarter, it was asked for once; both times can be looked at.
        for form in [&people, &people, &grids] {
            web.fill(form).await;
        }
        let ask = [("column", "饮食禁忌"), ("sure", "2")];
        let asked = web.post(DESK, &format!("{people}/ask"), &ask).await;
        assert!(asked.location().contains("open=2"), "{}", asked.text());
        let all = web.ledger().await;
        let mut fills = sum(&all, "填报次数");
        fills.sort_unstable();
        assert_eq!(fills, [1, 2, 3], "{all:?}");
        // Two people, seven columns that are no running number; two grids, four.
        let cells = |name: &str| sum(&all, name).into_iter().max().unwrap();
        assert_eq!(cells("来自记录（格）") + cells("空缺（格）"), 2 * 7 + 2 * 4);
        assert_eq!(cells("每年共要（格）"), 2 * 7 * 4 + 2 * 4 * 12);
        assert_eq!(sum(&all, "要去问（条）"), [2, 2], "of one, and of all");

        // Each time a form was filled opens to its own columns, and so does its line on the page of the form.
        let fills = web
            .opened("/insight/forms/ledger?of=fills&requester=%E8%A1%97%E9%81%93%E6%B0%91%E6%94%BF")
            .await;
        assert!(fills.text.contains("后来重填过"), "{}", fills.text);
        let page = web.get(DESK, &people).await.text();
        let own = [figures(&fills.text), figures(&page)].concat();
        assert_eq!(own.len(), 2 + 4, "{own:?}");
        for (name, figure, href) in own {
            let opened = web.opened(&href).await;
            assert_eq!((opened.last, opened.said), (figure, figure), "{name}");
            assert_eq!(
                opened.text.contains("饮食禁忌"),
                name == "空缺（格）",
                "{}",
                opened.text
            );
        }
        let asked = web.opened("/insight/forms/ledger?of=asked").await;
        assert!(
            asked.text.contains("周**") && !asked.text.contains("福生"),
            "{}",
            asked.text
        );

        // What was asked at the door because of the form was not held: the figure of what was stays.
        let held = sum(&all, "来自记录（格）");
        crate::forms::answer(&web, "不吃辣").await;
        web.fill(&people).await;
        let later = web.ledger().await;
        assert_eq!(sum(&later, "来自记录（格）"), held, "{later:?}");
        assert_eq!(sum(&later, "为它去问来的（格）"), [1, 1], "{later:?}");
        let fetched = web.opened("/insight/forms/ledger?of=fetched").await;
        assert!(
            fetched.text.contains("为这张表上门问来"),
            "{}",
            fetched.text
        );

        // What was closed costs nothing more; a year later nobody speaks of what was filled.
        let close = web.post(DESK, &format!("{people}/close"), &[]).await;
        assert_eq!(close.status, StatusCode::SEE_OTHER, "{}", close.text());
        let all = web.ledger().await;
        assert_eq!(sum(&all, "每年共要（格）"), [2 * 4 * 12, 2 * 4 * 12]);
        assert!(sum(&all, "要去问（条）").is_empty(), "taken back");
        web.ground.world.clock.advance(366 * Micros::DAY);
        let all = web.ledger().await;
        assert!(sum(&all, "填报次数").is_empty(), "{all:?}");
        assert_eq!(sum(&all, "每年共要（格）"), [2 * 4 * 12]);
    }
}

#[tokio::test]
async fn what_is_not_in_the_ledger_is_not_there() {
    let web = webs().await.swap_remove(0);
    for nowhere in [
        "/insight/forms/ledger?requester=nobody",
        "/insight/forms/ledger?of=held&fill=01890000-0000-7000-8000-000000000000",
    ] {
        let got = web.get(DESK, nowhere).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{}", got.text());
    }
    let worker = web.get("grid_worker@A2", "/insight/forms/ledger").await;
    assert_eq!(worker.status, StatusCode::FORBIDDEN);
}
