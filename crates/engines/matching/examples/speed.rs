//! Measures the two promises of this engine and prints them as a list of
//! `{name, value, unit, size, limit, ratio, target, ok}`. Ends with status 1 when one is not kept.
#![expect(
    clippy::print_stdout,
    reason = "a measuring program prints what it measured"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use youlin_matching::{
    Candidate, CaseText, CategoryHint, CategoryModel, Position, Segmenter, similar,
};

const CALL: &str = "瘫痪的老人需要去医院复诊，小区路面改造推不了轮椅，能不能帮忙想想办法";
const WORDS: [&str; 24] = [
    "路灯", "电梯", "垃圾", "停水", "噪音", "楼道", "轮椅", "医院", "路面", "改造", "老人", "孩子",
    "北门", "河边", "车位", "充电", "树枝", "井盖", "燃气", "漏水", "外墙", "物业", "狗", "小区",
];

fn text(seed: usize) -> String {
    (0..10)
        .map(|i| WORDS[(seed * 7 + i * i * 5 + seed / 24 * i) % WORDS.len()])
        .collect::<Vec<_>>()
        .join("的")
}

/// Mean milliseconds of one call.
fn measure(times: u32, mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..times).for_each(|_| call());
    start.elapsed().as_secs_f64() * 1_000.0 / f64::from(times)
}

fn line(name: &str, size: usize, value: f64, target: f64) -> (String, bool) {
    let ok = value <= target;
    let ratio = value / target;
    let json = format!(
        r#"{{"name":"{name}","value":{value:.4},"unit":"ms","size":{size},"limit":null,"ratio":{ratio:.3},"target":{target},"ok":{ok}}}"#
    );
    (json, ok)
}

fn main() -> ExitCode {
    let start = Instant::now();
    let segmenter = Segmenter::new();
    let load = start.elapsed().as_secs_f64() * 1_000.0;
    let hints: Vec<CategoryHint> = (0..300)
        .map(|i| CategoryHint {
            key: format!("c{i:03}"),
            name: format!("{}与{}", WORDS[i % 24], WORDS[(i / 24 + i) % 24]),
            keywords: (0..10)
                .map(|k| {
                    format!(
                        "{}{}",
                        WORDS[(i + k) % 24],
                        if k < 3 { "" } else { WORDS[(i * k) % 24] }
                    )
                })
                .collect(),
            urgent_keywords: vec![],
        })
        .collect();
    let past = (0..15_000).map(|i| (text(i), format!("c{:03}", i % 300)));
    let model = CategoryModel::build(&segmenter, &hints, past);
    let suggest = measure(2_000, || {
        black_box(model.suggest(&segmenter, black_box(CALL), 5));
    });
    let case = |i: usize| CaseText {
        tokens: segmenter.tokens(&format!("{}{}", text(i), CALL)),
        position: Position::new(120.87 + i as f64 / 100_000.0, 32.01),
        ..CaseText::default()
    };
    let candidates: Vec<Candidate> = (0..500)
        .map(|i| Candidate {
            id: i as u128,
            case: case(i),
        })
        .collect();
    let query = case(3);
    let alike = measure(500, || {
        black_box(similar(black_box(&query), black_box(&candidates), 5));
    });
    let lines = [
        line("matching.segmenter_load", 1, load, 1_000.0),
        line("matching.suggest_category", 300, suggest, 1.0),
        line("matching.similar_cases", 500, alike, 2.0),
    ];
    println!(
        "[{}]",
        lines
            .iter()
            .map(|(json, _)| json.as_str())
            .collect::<Vec<_>>()
            .join(",\n ")
    );
    if lines.iter().all(|(_, ok)| *ok) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
