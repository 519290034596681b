//! A checklist as an XForm, as the ODK XForms specification has it and ODK Collect reads it.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use youlin_checklist::{
    Expr, Field, Form, Kind, Node, NodeKind, Piece, RefKind, Words, pieces, word,
};

use crate::frame::{Frame, GROUP, Parts};
use crate::names::Labels;

/// The form. Texts are in every language of the checklist, the first one is the default.
#[must_use]
pub fn write_xform(form: &Form, labels: &Labels) -> String {
    write(form, labels, None)
}

/// The same with what a round asks before its checklist.
#[must_use]
pub fn write_framed_xform(form: &Form, labels: &Labels, frame: &Frame) -> String {
    write(form, labels, Some(frame))
}

fn write(form: &Form, labels: &Labels, frame: Option<&Frame>) -> String {
    let mut root = vec!["data".to_owned()];
    if frame.is_some() {
        root.push(GROUP.to_owned());
    }
    let mut writer = Writer {
        form,
        labels,
        paths: paths(form, &root),
        root,
        texts: Vec::new(),
        external: String::new(),
        instance: String::new(),
        binds: String::new(),
        body: String::new(),
    };
    let top: Vec<usize> = children(form, None);
    writer.level(&top);
    if let Some(frame) = frame {
        writer.put_in(frame.parts());
    }
    writer.whole()
}

/// Elements from the root to each node.
fn paths(form: &Form, root: &[String]) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    for node in form.nodes() {
        let mut path = node
            .parent
            .map_or_else(|| root.to_vec(), |parent| paths[parent].clone());
        path.push(node.name.clone());
        paths.push(path);
    }
    paths
}

pub(crate) fn children(form: &Form, parent: Option<usize>) -> Vec<usize> {
    let nodes = form.nodes().iter().enumerate();
    nodes
        .filter(|(_, node)| node.parent == parent)
        .map(|(at, _)| at)
        .collect()
}

struct Writer<'a> {
    form: &'a Form,
    labels: &'a Labels,
    paths: Vec<Vec<String>>,
    /// Elements the checklist stands in.
    root: Vec<String>,
    /// Id of a text, its words, and the node whose place names in it are seen from.
    texts: Vec<(String, Words, Option<usize>)>,
    /// Instances beside the main one.
    external: String,
    instance: String,
    binds: String,
    body: String,
}

impl Writer<'_> {
    /// Puts a frame before the checklist, and the checklist into its group.
    fn put_in(&mut self, parts: Parts) {
        let Parts {
            instance,
            external,
            binds,
            body,
            texts,
        } = parts;
        self.external = external;
        self.instance = format!("{instance}<{GROUP}>{}</{GROUP}>", self.instance);
        self.binds = binds + &self.binds;
        self.body = format!("{body}<group ref=\"/data/{GROUP}\">{}</group>", self.body);
        let texts = texts.into_iter().map(|(id, words)| (id, words, None));
        self.texts.splice(0..0, texts);
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.form.nodes().iter().position(|node| node.name == name)
    }

    fn path(&self, at: usize) -> String {
        format!("/{}", self.paths[at].join("/"))
    }

    /// A node as seen from another: relative inside a shared repeat, else from the root.
    fn seen(&self, target: usize, from: Option<usize>) -> String {
        let Some(from) = from else {
            return self.path(target);
        };
        let (here, there) = (&self.form.nodes()[from], &self.form.nodes()[target]);
        let mut own = here.repeats.clone();
        if matches!(here.kind, NodeKind::Repeat { .. }) {
            own.push(from);
        }
        if own.is_empty() || own.first() != there.repeats.first() {
            return self.path(target);
        }
        let (a, b) = (&self.paths[from], &self.paths[target]);
        let most = a.len().min(b.len() - 1);
        let shared = (0..most).take_while(|at| a[*at] == b[*at]).count();
        let up = "../".repeat(a.len() - shared);
        format!("{up}{}", b[shared..].join("/"))
    }

    /// From a node to the instance of its innermost repeat.
    fn instance_of(&self, from: Option<usize>) -> String {
        let Some(from) = from else {
            return "..".to_owned();
        };
        let depth = self.paths[from].len();
        let repeat = self.form.nodes()[from].repeats.last();
        let up = repeat.map_or(1, |repeat| depth - self.paths[*repeat].len());
        vec![".."; up.max(1)].join("/")
    }

    fn xpath(&self, expr: &Expr, from: Option<usize>) -> String {
        expr.write(&|what| match what {
            RefKind::Node(name) => self
                .place(name)
                .map_or(String::new(), |at| self.seen(at, from)),
            RefKind::Absolute(name) => self.place(name).map_or(String::new(), |at| self.path(at)),
            RefKind::Current => ".".to_owned(),
            RefKind::Instance => self.instance_of(from),
        })
    }

    fn text(&mut self, id: String, words: &Words, from: Option<usize>) -> String {
        let reference = format!("jr:itext('{id}')");
        self.texts.push((id, words.clone(), from));
        reference
    }

    fn level(&mut self, all: &[usize]) {
        for &at in all {
            let form = self.form;
            let node = &form.nodes()[at];
            match &node.kind {
                NodeKind::Field(field) => self.field(at, node, field),
                NodeKind::Group => self.group(at, node, None),
                NodeKind::Repeat { count } => {
                    let count = count.as_ref().map(|count| self.count(at, node, count));
                    self.group(at, node, Some(count));
                }
            }
        }
    }

    /// The number of instances has to be a question: one is made beside the repeat.
    fn count(&mut self, at: usize, node: &Node, count: &Expr) -> String {
        let name = format!("{}_count", node.name);
        let parent = node.parent.map_or_else(
            || format!("/{}", self.root.join("/")),
            |parent| self.path(parent),
        );
        let path = format!("{parent}/{name}");
        let calculate = self.xpath(count, Some(at));
        let _ok = write!(self.instance, "<{name}/>");
        let _ok = write!(
            self.binds,
            "<bind nodeset=\"{path}\" type=\"string\" readonly=\"true()\" calculate=\"{}\"/>",
            escape(&calculate)
        );
        path
    }

    fn group(&mut self, at: usize, node: &Node, repeat: Option<Option<String>>) {
        let path = self.path(at);
        let (name, below) = (&node.name, children(self.form, Some(at)));
        if let Some(relevant) = &node.relevant {
            let relevant = self.xpath(relevant, Some(at));
            let _ok = write!(
                self.binds,
                "<bind nodeset=\"{path}\" relevant=\"{}\"/>",
                escape(&relevant)
            );
        }
        let words = label_of(self.form, at);
        let label = self.text(format!("{path}:label"), &words, Some(at));
        let _ok = write!(self.body, "<group ref=\"{path}\"><label ref=\"{label}\"/>");
        let instance = std::mem::take(&mut self.instance);
        if let Some(count) = &repeat {
            let _ok = write!(self.body, "<repeat nodeset=\"{path}\"");
            if let Some(count) = count {
                let _ok = write!(self.body, " jr:count=\"{count}\"");
            }
            self.body.push('>');
        }
        self.level(&below);
        let inner = std::mem::replace(&mut self.instance, instance);
        if repeat.is_some() {
            self.body.push_str("</repeat>");
            let _ok = write!(self.instance, "<{name} jr:template=\"\">{inner}</{name}>");
        }
        let _ok = write!(self.instance, "<{name}>{inner}</{name}>");
        self.body.push_str("</group>");
    }

    fn field(&mut self, at: usize, node: &Node, field: &Field) {
        let path = self.path(at);
        let name = &node.name;
        let default = escape(&field.question.default);
        if default.is_empty() {
            let _ok = write!(self.instance, "<{name}/>");
        } else {
            let _ok = write!(self.instance, "<{name}>{default}</{name}>");
        }
        self.bind(at, node, field, &path);
        if field.kind == Kind::Calculate {
            return;
        }
        let question = &field.question;
        let label = self.text(format!("{path}:label"), &question.label, Some(at));
        let mut inner = format!("<label ref=\"{label}\"/>");
        if !question.hint.is_empty() {
            let hint = self.text(format!("{path}:hint"), &question.hint, Some(at));
            let _ok = write!(inner, "<hint ref=\"{hint}\"/>");
        }
        let (tag, more) = match &field.kind {
            Kind::One { .. } | Kind::YesNo => ("select1", ""),
            Kind::Many { .. } => ("select", ""),
            Kind::Photo => ("upload", " mediatype=\"image/*\""),
            Kind::Signature => ("upload", " mediatype=\"image/*\" appearance=\"signature\""),
            _ => ("input", ""),
        };
        for (value, words) in self.choices(&field.kind) {
            let id = format!("{path}/{value}:label");
            let label = self.text(id, &words, None);
            let value = escape(&value).into_owned();
            let _ok = write!(
                inner,
                "<item><label ref=\"{label}\"/><value>{value}</value></item>"
            );
        }
        let appearance = match (question.appearance.as_str(), &field.kind) {
            ("", _) | (_, Kind::Signature) => String::new(),
            (appearance, _) => format!(" appearance=\"{}\"", escape(appearance)),
        };
        let _ok = write!(
            self.body,
            "<{tag} ref=\"{path}\"{more}{appearance}>{inner}</{tag}>"
        );
    }

    fn bind(&mut self, at: usize, node: &Node, field: &Field, path: &str) {
        let kind = match field.kind {
            Kind::Integer => "int",
            Kind::Decimal => "decimal",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::DateTime => "dateTime",
            Kind::Photo | Kind::Signature => "binary",
            Kind::Position => "geopoint",
            Kind::Track => "geotrace",
            Kind::Barcode => "barcode",
            _ => "string",
        };
        let mut bind = format!("<bind nodeset=\"{path}\" type=\"{kind}\"");
        let mut add = |name: &str, value: String| {
            let _ok = write!(bind, " {name}=\"{}\"", escape(&value));
        };
        for (name, expr) in [
            ("required", &field.required),
            ("relevant", &node.relevant),
            ("constraint", &field.constraint),
            ("calculate", &field.calculation),
        ] {
            if let Some(expr) = expr {
                add(name, self.xpath(expr, Some(at)));
            }
        }
        if field.question.read_only || field.kind == Kind::Note {
            add("readonly", "true()".to_owned());
        }
        if !field.question.constraint_message.is_empty() && field.constraint.is_some() {
            let id = format!("{path}:jr:constraintMsg");
            add(
                "jr:constraintMsg",
                self.text(id, &field.question.constraint_message, None),
            );
        }
        bind.push_str("/>");
        self.binds.push_str(&bind);
    }

    fn choices(&self, kind: &Kind) -> Vec<(String, Words)> {
        match kind {
            Kind::YesNo => vec![
                ("yes".to_owned(), self.labels.yes.clone()),
                ("no".to_owned(), self.labels.no.clone()),
            ],
            kind => {
                let list = kind
                    .list()
                    .and_then(|list| self.form.checklist().choices.get(list));
                let all = list.into_iter().flatten();
                all.map(|choice| (choice.name.clone(), choice.label.clone()))
                    .collect()
            }
        }
    }

    /// A text with the answers named in it.
    fn output(&self, text: &str, from: Option<usize>) -> String {
        let parts = pieces(text).into_iter().map(|piece| match piece {
            Piece::Words(words) => escape(words).into(),
            Piece::Answer(name) => self.place(name.trim()).map_or_else(String::new, |at| {
                format!("<output value=\"{}\"/>", self.seen(at, from))
            }),
        });
        parts.collect()
    }

    fn translations(&self) -> String {
        let mut out = String::from("<itext>");
        for (number, code) in self.form.checklist().languages.iter().enumerate() {
            let language = self.labels.language(code);
            let default = if number == 0 {
                " default=\"true()\""
            } else {
                ""
            };
            let _ok = write!(out, "<translation lang=\"{}\"{default}>", escape(&language));
            for (id, words, from) in &self.texts {
                let text = self.output(word(words, code), *from);
                // Collect shows nothing for an empty value and refuses a missing one.
                let _ok = write!(
                    out,
                    "<text id=\"{}\"><value>{text}</value></text>",
                    escape(id)
                );
            }
            out.push_str("</translation>");
        }
        out.push_str("</itext>");
        out
    }

    fn whole(self) -> String {
        let checklist = self.form.checklist();
        let language = checklist.languages.first().map_or("", String::as_str);
        let (id, version) = (escape(&checklist.id), escape(&checklist.version));
        let title = escape(word(&checklist.title, language));
        format!(
            "<?xml version=\"1.0\"?>\n<h:html xmlns=\"http://www.w3.org/2002/xforms\" \
             xmlns:h=\"http://www.w3.org/1999/xhtml\" xmlns:jr=\"http://openrosa.org/javarosa\" \
             xmlns:odk=\"http://www.opendatakit.org/xforms\" xmlns:orx=\"http://openrosa.org/xforms\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><h:head><h:title>{title}</h:title>\
             <model odk:xforms-version=\"1.0.0\">{}<instance><data id=\"{id}\" version=\"{version}\">{}\
             <meta><instanceID/><instanceName/></meta></data></instance>{}{}\
             <bind nodeset=\"/data/meta/instanceID\" type=\"string\" readonly=\"true()\" jr:preload=\"uid\"/>\
             <bind nodeset=\"/data/meta/instanceName\" type=\"string\"/></model></h:head>\
             <h:body>{}</h:body></h:html>\n",
            self.translations(),
            self.instance,
            self.external,
            self.binds,
            self.body,
        )
    }
}

/// A group's label stands in the checklist's items.
fn label_of(form: &Form, at: usize) -> Words {
    let name = &form.nodes()[at].name;
    let mut words = Words::new();
    crate::names::each(&form.checklist().items, &mut |one| {
        if let Err(group) = one
            && group.name == *name
        {
            words = group.label.clone();
        }
    });
    words
}
