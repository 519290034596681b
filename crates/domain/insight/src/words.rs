//! Questions and figures in the reader's language: the same words on pages, in exports and beside charts.

use youlin_datasets::cube::{
    Bucket, Figure, Group, Key, Kind, Measure, Op, Quantity, Value, percent,
};
use youlin_datasets::{Asked, Dataset, Datasets};
use youlin_kernel::{AreaId, Locale};
use youlin_web::{I18n, Shell, area_named, areas_named};

use crate::compose::{Composed, Condition, Who, op_text};
use crate::units;

/// Says things about questions.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) s: &'a Shell,
    pub(crate) datasets: &'a Datasets,
}

impl Words<'_> {
    pub(crate) fn dataset(&self, code: &str) -> String {
        self.s.tt("data", code)
    }

    /// What an address names and no dataset has is said to be unknown: a key is no word for people.
    pub(crate) fn dim(&self, code: &str) -> String {
        self.known(&format!("data-dim-{code}"), code)
    }

    fn known(&self, key: &str, code: &str) -> String {
        let (i18n, locale) = (self.s.app().i18n(), self.s.ctx().locale());
        i18n.find(locale, key, &[])
            .unwrap_or_else(|| self.s.t1("insight-unknown", "code", code))
    }

    pub(crate) fn measure(&self, dataset: &str, code: &str) -> String {
        match code {
            "" | "count" => self.s.t1("data-count", "what", self.dataset(dataset)),
            code => self.known(&format!("data-{dataset}-measure-{code}"), code),
        }
    }

    /// What the figures of this question are.
    pub(crate) fn figures(&self, question: &Composed, dataset: &str) -> String {
        if question.i.is_empty() {
            self.measure(dataset, &question.m)
        } else {
            self.s.tt("indicator", &question.i)
        }
    }

    pub(crate) fn value(&self, dataset: &str, dim: &str, value: &str) -> String {
        let (i18n, locale) = (self.s.app().i18n(), self.s.ctx().locale());
        self.datasets.get(dataset).map_or_else(
            || value.to_owned(),
            |set| set.value_name(i18n, locale, dim, value),
        )
    }

    /// 年龄（每 10 岁）
    pub(crate) fn group(&self, dataset: &str, text: &str) -> String {
        let (code, how) = text.split_once('~').unwrap_or((text, ""));
        let dim = self.dim(code);
        match how.parse::<i64>() {
            _ if how.is_empty() => dim,
            Ok(level) if code == "area" => self.s.tt("insight-level", level),
            Ok(width) => {
                let schema = self.datasets.get(dataset).map(|set| set.schema());
                let said = units::read(schema, code, how).unwrap_or_else(|| width.to_string());
                self.s
                    .t2("insight-group-width", &("dim", dim), &("width", said))
            }
            Err(_bucket) => {
                let bucket = self.s.tt("insight-bucket", how);
                self.s
                    .t2("insight-group-bucket", &("dim", dim), &("bucket", bucket))
            }
        }
    }

    /// The name of one group.
    pub(crate) fn key(&self, dataset: &dyn Dataset, group: &Group, key: &Key) -> String {
        let schema = dataset.schema();
        let kind = schema.dim(&group.dim).map(|dim| dim.kind);
        match (key, kind) {
            (None, Some(Kind::Since)) => self.s.t("insight-never"),
            (None, Some(Kind::Area)) => self.s.t("insight-no-area"),
            (None, _) => self.s.t("insight-missing"),
            (Some(Value::Number(area)), Some(Kind::Area)) => {
                let name = self.s.area(&AreaId(*area));
                if name.is_empty() {
                    area.to_string()
                } else {
                    name
                }
            }
            (Some(Value::Number(low)), _) => {
                let width = i64::from(group.width.unwrap_or(1));
                let per = schema.dim(&group.dim).map_or(1, |dim| dim.per);
                if width == 1 {
                    units::said(*low, per)
                } else {
                    let high = units::said(low + width - 1, per);
                    format!("{}–{high}", units::said(*low, per))
                }
            }
            (Some(Value::Text(day)), Some(Kind::Day | Kind::Time)) => {
                bucket_name(day, group.bucket)
            }
            (Some(Value::Text(text)), _) => self.value(schema.code, &group.dim, text),
        }
    }

    /// Whether it takes more than seeing the records to ask by this condition.
    pub(crate) fn is_sensitive(&self, own: &str, condition: &Condition) -> bool {
        let dataset = match &condition.who {
            Who::Others { dataset, .. } => dataset.as_str(),
            _ => own,
        };
        let set = self.datasets.get(dataset);
        set.is_none_or(|set| {
            condition
                .dims()
                .any(|dim| set.dim_permission(dim).is_some())
        })
    }

    /// The dimensions a condition names: 年龄或性别
    pub(crate) fn dims(&self, condition: &Condition) -> String {
        let dims: Vec<String> = condition.dims().map(|dim| self.dim(dim)).collect();
        dims.join(&self.s.t("insight-or"))
    }

    /// 年龄 至少 80
    pub(crate) fn condition(&self, own: &str, condition: &Condition) -> String {
        let dataset = match &condition.who {
            Who::Others { dataset, .. } => dataset.as_str(),
            _ => own,
        };
        let is_area = condition.dim == "area";
        let schema = self.datasets.get(dataset).map(|set| set.schema());
        let values: Vec<String> = condition
            .values
            .iter()
            .map(|value| match value.parse() {
                Ok(area) if is_area => self.s.area(&AreaId(area)),
                _ => units::read(schema, &condition.dim, value)
                    .unwrap_or_else(|| self.value(dataset, &condition.dim, value)),
            })
            .collect();
        let key = format!("insight-cond-{}", op_text(condition.op));
        let values = values.join(&self.s.t("insight-or"));
        let said = self
            .s
            .t2(&key, &("dim", self.dims(condition)), &("value", values));
        let since = schema.and_then(|schema| schema.dim(&condition.dim));
        let since = since.is_some_and(|dim| dim.kind == Kind::Since);
        // Never is longer ago than anything: whoever reads the figure must know that they are in it.
        let said = match condition.op {
            Op::Ge | Op::Gt if since => format!("{said}{}", self.s.t("insight-never-too")),
            _ => said,
        };
        match &condition.who {
            Who::Own => said,
            Who::Not => self.s.t1("insight-cond-not", "what", said),
            Who::Others {
                quantity,
                sharing,
                dataset,
            } => {
                let key = match quantity {
                    Quantity::Any => "insight-cond-any",
                    Quantity::None => "insight-cond-none",
                };
                let args = [
                    ("same", self.s.tt("data-same", sharing)),
                    ("who", self.dataset(dataset)),
                    ("what", said),
                ];
                self.s.tn(key, &args)
            }
        }
    }

    /// A figure as it is read.
    pub(crate) fn figure(&self, asked: &Asked, figure: &Figure) -> String {
        figure_text(asked, figure).unwrap_or_else(|| self.s.t("insight-nothing"))
    }

    /// Why the lines of an answer need not add up to its total; nothing where they do.
    pub(crate) fn adds(&self, asked: &Asked) -> Vec<String> {
        let query = &asked.query;
        if query.group.is_empty() {
            return Vec::new();
        }
        let schema = asked.dataset.schema();
        let labels = query.group.iter().any(|group| {
            let dim = schema.dim(&group.dim);
            dim.is_some_and(|dim| dim.kind == Kind::Labels)
        });
        let several = labels.then(|| self.s.t("insight-several"));
        let measured = match &query.measure {
            Measure::Count | Measure::Sum(_) => None,
            Measure::Distinct(dim) => Some(self.s.t1("insight-total-once", "what", self.dim(dim))),
            Measure::Mean(_) | Measure::Ratio { .. } => Some(self.s.t("insight-total-whole")),
        };
        several.into_iter().chain(measured).collect()
    }

    /// Where was counted, by name: whoever is handed the file does not know what its maker is in charge of.
    fn ground(&self, asked: &Asked) -> String {
        let (s, tree) = (self.s, self.s.ctx().areas());
        let counted = asked.counted();
        let named = asked.query.area.map(AreaId);
        if let Some(area) = named
            && counted.iter().any(|one| tree.is_within(area, *one))
        {
            return area_named(s, area);
        }
        let names = match counted.is_empty() {
            true => s.t("insight-nothing"),
            false => areas_named(s, &counted),
        };
        match named {
            Some(area) => s.t2(
                "insight-def-area-counted",
                &("area", area_named(s, area)),
                &("names", names),
            ),
            None => names,
        }
    }

    /// What was asked, line by line: it stands on the first sheet of every export and under every answer.
    pub(crate) fn definition(&self, question: &Composed, asked: &Asked) -> Vec<(String, String)> {
        let s = self.s;
        let dataset = asked.query.dataset.as_str();
        let mut lines = vec![
            (s.t("insight-def-what"), self.figures(question, dataset)),
            (
                s.t("insight-def-dataset"),
                format!(
                    "{}：{}",
                    self.dataset(dataset),
                    s.t(&format!("data-{dataset}-hint"))
                ),
            ),
        ];
        if let Ok(Some(indicator)) = question.indicator() {
            let means = s.t(&format!("indicator-{}-means", indicator.code));
            let version = s.t1("insight-def-version", "version", indicator.version);
            lines.push((s.t("insight-def-formula"), format!("{means} {version}")));
        }
        for text in &question.f {
            if let Ok(condition) = Condition::parse(text) {
                lines.push((
                    s.t("insight-def-condition"),
                    self.condition(dataset, &condition),
                ));
            }
        }
        for text in question.g.iter().filter(|text| !text.is_empty()) {
            lines.push((s.t("insight-def-group"), self.group(dataset, text)));
        }
        if let Some(span) = &asked.query.time {
            let dim = self.dim(&span.dim);
            lines.push((
                s.t("insight-def-time"),
                format!("{dim}：{} – {}", span.from, span.to),
            ));
        }
        lines.push((s.t("insight-def-area"), self.ground(asked)));
        for (one, came_out) in asked.meant_too() {
            let came_out: Vec<String> = came_out.iter().map(|area| s.area(area)).collect();
            let came_out = came_out.join("、");
            let text = s.t2(
                "insight-def-meant-too-text",
                &("area", s.area(&one)),
                &("others", came_out),
            );
            lines.push((s.t("insight-def-meant-too"), text));
        }
        let day = youlin_datasets::cube::day::text_of(asked.at.day);
        let key = if asked.past {
            "insight-def-as-of-end"
        } else {
            "insight-def-as-of-now"
        };
        lines.push((s.t("insight-def-as-of"), s.t1(key, "day", day)));
        lines
    }
}

/// The figure in digits; `None` where there is nothing to divide.
pub(crate) fn figure_text(asked: &Asked, figure: &Figure) -> Option<String> {
    let measure = &asked.query.measure;
    let per = asked.dataset.schema().per(measure);
    match measure {
        Measure::Count | Measure::Distinct(_) => Some(figure.count.to_string()),
        Measure::Sum(_) => figure.sum.map(|sum| units::said(sum, per)),
        Measure::Mean(_) => figure_value(asked, figure).map(|mean| format!("{mean:.1}")),
        Measure::Ratio { .. } => {
            percent(figure.part.unwrap_or(0), figure.count).map(|share| format!("{share}%"))
        }
    }
}

/// What is added up or averaged, in the unit people say it in.
pub(crate) fn figure_value(asked: &Asked, figure: &Figure) -> Option<f64> {
    let per = asked.dataset.schema().per(&asked.query.measure);
    figure.value.map(|value| value / f64::from(per))
}

/// The figure as a number, for charts.
#[expect(clippy::cast_precision_loss, reason = "the height of a bar")]
pub(crate) fn figure_size(asked: &Asked, figure: &Figure) -> f64 {
    match asked.query.measure {
        Measure::Count | Measure::Distinct(_) => figure.count as f64,
        _ => figure_value(asked, figure).unwrap_or(0.0),
    }
}

fn bucket_name(day: &str, bucket: Option<Bucket>) -> String {
    match bucket {
        Some(Bucket::Month) => day.get(..7).unwrap_or(day).to_owned(),
        Some(Bucket::Year) => day.get(..4).unwrap_or(day).to_owned(),
        Some(Bucket::Quarter) => {
            let month: u32 = day
                .get(5..7)
                .and_then(|month| month.parse().ok())
                .unwrap_or(1);
            format!("{} Q{}", day.get(..4).unwrap_or(day), (month - 1) / 3 + 1)
        }
        _ => day.to_owned(),
    }
}

/// The period of a filling in words: 2026Q4 is the fourth quarter of 2026.
pub(crate) fn period_words(i18n: &I18n, locale: Locale, period: &str) -> String {
    let of = |key: &str, args: &[(&str, &str)]| {
        let args: Vec<(&str, String)> = args
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        i18n.text(locale, key, &args)
    };
    let bare = |text: &str| text.trim_start_matches('0').to_owned();
    if let Some((year, n)) = period.split_once('Q') {
        return of("form-quarter", &[("year", year), ("n", n)]);
    }
    if let Some((year, n)) = period.split_once('H') {
        return of("form-half", &[("year", year), ("n", n)]);
    }
    let parts: Vec<&str> = period.split('-').collect();
    match parts.as_slice() {
        [year, month, day] => {
            let (month, day) = (bare(month), bare(day));
            of(
                "form-day",
                &[("year", year), ("month", &month), ("day", &day)],
            )
        }
        [year, month] => of("form-month", &[("year", year), ("month", &bare(month))]),
        _ => of("form-year", &[("year", period)]),
    }
}
