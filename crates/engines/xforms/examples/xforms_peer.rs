//! Writes every shipped checklist as XLSForm, as that read and written again, and as XForm into a folder, for
//! `scripts/peers/xforms.py`.
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use std::collections::BTreeMap;
use std::path::Path;

use youlin_checklist::{Form, SHIPPED, shipped};
use youlin_xforms::{Labels, read_xlsform, write_xform, write_xlsform};

fn main() -> Result<(), String> {
    let folder = std::env::args().nth(1).ok_or("say into which folder")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let words = |zh: &str, en: &str| {
        BTreeMap::from([
            ("zh-CN".to_owned(), zh.to_owned()),
            ("en".to_owned(), en.to_owned()),
        ])
    };
    let labels = Labels {
        languages: words("中文", "English"),
        yes: words("是", "Yes"),
        no: words("否", "No"),
    };
    for (id, _) in SHIPPED {
        let checklist = shipped(id).ok_or("a shipped checklist cannot be read")?;
        let form = Form::build(checklist.clone()).map_err(|faults| format!("{faults:?}"))?;
        let put = |name: String, bytes: &[u8]| {
            std::fs::write(folder.join(name), bytes).map_err(|error| error.to_string())
        };
        let book = write_xlsform(&checklist, &labels)?;
        put(format!("{id}.xlsx"), &book)?;
        let again = read_xlsform(&book).map_err(|faults| format!("{faults:?}"))?;
        put(format!("{id}.again.xlsx"), &write_xlsform(&again, &labels)?)?;
        put(format!("{id}.xml"), write_xform(&form, &labels).as_bytes())?;
        println!("{id}");
    }
    Ok(())
}
