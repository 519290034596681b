//! Totals beside and below tables of two dimensions, and what a pyramid leaves out.

use axum::http::StatusCode;

use crate::http::{DESK, Web, webs};

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// The figures of a part of a page, each with where it opens.
fn links(part: &str) -> Vec<(String, String)> {
    let found = part.split("<a href=\"").skip(1).filter_map(|rest| {
        let (href, rest) = rest.split_once("\">")?;
        Some((rest.split_once('<')?.0.to_owned(), unescaped(href)))
    });
    found.collect()
}

impl Web {
    /// How many records the address opens to.
    async fn count(&self, href: &str) -> String {
        let got = self.get(DESK, href).await;
        let text = got.text();
        assert_eq!(got.status, StatusCode::OK, "{href}: {text}");
        let said = text.split("<p id=\"count\">").nth(1).unwrap();
        let said = said.split("</p>").next().unwrap();
        said.chars().filter(char::is_ascii_digit).collect()
    }

    async fn page(&self, question: &str) -> String {
        let got = self.get(DESK, &format!("/insight/query?{question}")).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        got.text()
    }
}

fn table(page: &str) -> &str {
    let table = page.split("id=\"figures\"").nth(1).unwrap();
    table.split("</table>").next().unwrap()
}

#[tokio::test]
async fn every_total_is_asked_of_the_records_and_opens_to_them() {
    for web in webs().await {
        // Two labels and two lines of them: the total counts this person once.
        web.ground
            .person(
                "顾四",
                1950,
                &["living_alone", "talent:first_aid"],
                "甲西村1号楼102",
            )
            .await;
        let page = web.page("d=persons&g=area~5&g=labels").await;
        let table_of = table(&page);
        let foot = links(table_of.split("<tfoot>").nth(1).unwrap());
        assert_eq!(
            foot.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(),
            ["3", "2", "4"],
            "alone, first aid, all of them once: {table_of}"
        );
        let body = table_of.split("<tbody>").nth(1).unwrap();
        let body = body.split("</tbody>").next().unwrap();
        let beside: Vec<(String, String)> = body
            .split("num total\">")
            .skip(1)
            .flat_map(|rest| links(rest.split("</td>").next().unwrap()))
            .collect();
        assert_eq!(beside.len(), 2, "{body}");
        for (figure, href) in foot.iter().chain(&beside) {
            assert_eq!(&web.count(href).await, figure, "{href}");
        }
        assert!(page.contains("会在每个标签下各计一次"), "it is said");

        // One dimension has a total below.
        let page = web.page("d=persons&g=sex").await;
        let foot = links(table(&page).split("<tfoot>").nth(1).unwrap());
        assert_eq!(foot.len(), 1);
        assert_eq!(
            (foot[0].0.as_str(), web.count(&foot[0].1).await),
            ("4", "4".into())
        );

        // Homes are counted once, though people of several ages live in them.
        let page = web.page("d=persons&m=dwellings&g=area~5&g=age~10").await;
        let foot = links(table(&page).split("<tfoot>").nth(1).unwrap());
        assert_eq!(foot.last().unwrap().0, "3", "{}", table(&page));
        assert!(page.contains("只算一次"), "{page}");

        let csv = web
            .get(DESK, "/insight/export/csv?d=persons&g=area~5&g=labels")
            .await
            .text();
        for line in ["合计,独居,3,3", "合计,合计,4,4"] {
            assert!(csv.contains(line), "{line} in {csv}");
        }
        assert_eq!(csv.matches("网格,合计,").count(), 2, "{csv}");
        let map = web
            .get(DESK, "/insight/export/geojson?d=persons&g=area~5&g=sex")
            .await
            .text();
        assert!(!map.contains("\"合计\""), "data hold no totals: {map}");
    }
}

#[tokio::test]
async fn whom_a_pyramid_has_no_place_for_is_said_and_opens() {
    use youlin_people::{PersonInput, Sex};
    for web in webs().await {
        let known = |name: &str, sex: Option<Sex>, birth: Option<i32>| PersonInput {
            name: name.into(),
            sex,
            birth_year: birth,
            ..PersonInput::default()
        };
        for (name, sex, birth) in [
            ("甲", Some(Sex::Female), Some(1950)),
            ("乙", Some(Sex::Male), Some(1960)),
            ("丙", Some(Sex::Male), None),
            ("丁", None, None),
        ] {
            web.ground.save("A", None, known(name, sex, birth)).await;
        }
        let page = web.page("d=persons&g=age~10&g=sex").await;
        assert!(page.contains("chart-pyramid"), "{page}");
        let said = page.split("left-out\">").nth(1).unwrap();
        let (words, href) = links(said.split("</p>").next().unwrap()).remove(0);
        let drawn: usize = {
            let svg = page.split("chart-pyramid").nth(1).unwrap();
            let svg = svg.split("</svg>").next().unwrap();
            let bars = svg.split("class=\"chart-value\"").skip(1);
            let value = |bar: &str| {
                bar.split('>')
                    .nth(1)
                    .unwrap()
                    .split('<')
                    .next()
                    .unwrap()
                    .to_owned()
            };
            bars.map(|bar| value(bar).parse::<usize>().unwrap()).sum()
        };
        let all = web.count("/insight/evidence?d=persons").await;
        let left: usize = all.parse::<usize>().unwrap() - drawn;
        assert_eq!(words, format!("没有记录年龄或性别的 {left} 人没有画进来"));
        assert_eq!(web.count(&href).await, left.to_string(), "{href}");
        let evidence = web.get(DESK, &href).await.text();
        assert!(evidence.contains("年龄或性别没有记录"), "{evidence}");
    }
}
