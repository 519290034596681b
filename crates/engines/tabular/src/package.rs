//! A workbook as the archive it is: finding the part of a sheet, and putting changed parts back among the untouched ones.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::pack::{Kind, kind};
use crate::xml::{attribute, foreign_attribute, pieces};
use crate::{Limits, TableFault, read};

pub(crate) const WORKBOOK: &str = "xl/workbook.xml";
pub(crate) const RELATIONS: &str = "xl/_rels/workbook.xml.rels";
pub(crate) const TYPES: &str = "[Content_Types].xml";

pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Parts that are written anew; `None` are left out.
    changes: BTreeMap<String, Option<String>>,
    /// The sheet, its place among all sheets, and where its part lies.
    pub sheet: String,
    pub place: usize,
    pub part: String,
}

impl<'a> Package<'a> {
    /// Opens the workbook for changing the sheet [`read`] gives at this place.
    pub fn open(bytes: &'a [u8], sheet: usize, limits: &Limits) -> Result<Self, TableFault> {
        if let Kind::Text = kind(bytes)? {
            return Err(TableFault::OtherKind("csv"));
        }
        let mut sheets = read(bytes, limits)?.sheets;
        if sheet >= sheets.len() {
            return Err(TableFault::NoSheet);
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_error| TableFault::Damaged)?;
        let mut package = Self {
            archive,
            changes: BTreeMap::new(),
            sheet: sheets.swap_remove(sheet).name,
            place: 0,
            part: String::new(),
        };
        package.locate()?;
        Ok(package)
    }

    fn locate(&mut self) -> Result<(), TableFault> {
        let workbook = self.text(WORKBOOK)?;
        let mut relation = None;
        let pieces_of = pieces(&workbook)?;
        for (place, piece) in pieces_of
            .iter()
            .filter(|one| one.opens("sheet"))
            .enumerate()
        {
            if attribute(piece.raw, "name")?.as_deref() == Some(&self.sheet) {
                self.place = place;
                relation = foreign_attribute(piece.raw, "id")?;
            }
        }
        let relation = relation.ok_or(TableFault::NoSheet)?;
        let relations = self.text(RELATIONS)?;
        for piece in pieces(&relations)?
            .iter()
            .filter(|one| one.opens("Relationship"))
        {
            if attribute(piece.raw, "Id")?.as_deref() == Some(&relation) {
                let target = attribute(piece.raw, "Target")?.ok_or(TableFault::Damaged)?;
                self.part = resolved(&target);
                return Ok(());
            }
        }
        Err(TableFault::Damaged)
    }

    pub fn has(&self, part: &str) -> bool {
        self.archive.index_for_name(part).is_some()
    }

    /// Parts of a folder, in order.
    pub fn parts(&self, folder: &str, ends: &str) -> Vec<String> {
        let mut found = Vec::new();
        for name in self.archive.file_names().flatten() {
            let rest = name.strip_prefix(folder);
            if rest.is_some_and(|rest| rest.ends_with(ends) && !rest.contains('/')) {
                found.push(name.into_owned());
            }
        }
        found.sort_unstable();
        found
    }

    /// What a part names as belonging to it: the last word of the kind of relation, and the part. What lies outside the
    /// archive or is missing is left out.
    pub fn related(&mut self, part: &str) -> Result<Vec<(String, String)>, TableFault> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let relations = format!("{folder}/_rels/{name}.rels");
        if !self.has(&relations) {
            return Ok(Vec::new());
        }
        let text = self.text(&relations)?;
        let mut found = Vec::new();
        for piece in pieces(&text)?
            .iter()
            .filter(|one| one.opens("Relationship"))
        {
            let target = attribute(piece.raw, "Target")?.unwrap_or_default();
            let kind = attribute(piece.raw, "Type")?.unwrap_or_default();
            let Some(target) = beside(folder, &target).filter(|target| self.has(target)) else {
                continue;
            };
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            found.push((kind, target));
        }
        Ok(found)
    }

    /// A part as it stands now, changed or not.
    pub fn text(&mut self, part: &str) -> Result<String, TableFault> {
        if let Some(Some(text)) = self.changes.get(part) {
            return Ok(text.clone());
        }
        let mut file = self
            .archive
            .by_name(part)
            .map_err(|_error| TableFault::Damaged)?;
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|_error| TableFault::Damaged)?;
        Ok(text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text))
    }

    pub fn set(&mut self, part: &str, text: String) {
        self.changes.insert(part.to_owned(), Some(text));
    }

    pub fn leave_out(&mut self, part: &str) {
        self.changes.insert(part.to_owned(), None);
    }

    /// The archive again; parts without a change as they were packed.
    pub fn save(self) -> Result<Vec<u8>, TableFault> {
        let Self {
            archive, changes, ..
        } = self;
        written(archive, &changes).map_err(|_error| TableFault::Damaged)
    }
}

fn written(
    mut archive: ZipArchive<Cursor<&[u8]>>,
    changes: &BTreeMap<String, Option<String>>,
) -> zip::result::ZipResult<Vec<u8>> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let file = archive.by_index_raw(at)?;
        let name = file.name()?.into_owned();
        match changes.get(&name) {
            None => out.raw_copy_file(file)?,
            Some(None) => {}
            Some(Some(text)) => {
                let mut options =
                    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
                if let Some(time) = file.last_modified() {
                    options = options.last_modified_time(time);
                }
                out.start_file(name, options)?;
                out.write_all(text.as_bytes())?;
            }
        }
    }
    Ok(out.finish()?.into_inner())
}

/// Targets are said from `xl/`, or from the root with a slash before them.
fn resolved(target: &str) -> String {
    match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{}", target.trim_start_matches("./")),
    }
}

/// A target as it is said from a folder: `../tables/table1.xml`, or from the root with a slash before it.
fn beside(folder: &str, target: &str) -> Option<String> {
    if let Some(whole) = target.strip_prefix('/') {
        return Some(whole.to_owned());
    }
    let mut path: Vec<&str> = folder.split('/').collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                path.pop()?;
            }
            step => path.push(step),
        }
    }
    Some(path.join("/"))
}
