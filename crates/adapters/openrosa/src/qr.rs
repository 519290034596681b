//! The settings of ODK Collect as a picture: JSON, packed by zlib, in base64. The app makes a project of it when it scans it
//! (<https://docs.getodk.org/collect-import-export/>).

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::json;
use youlin_kernel::{Problem, Result};

/// What the picture says: the server's address, forms kept like the server's, filled ones sent when there is a line.
pub(crate) fn settings(address: &str, project: &str) -> Result<String> {
    let json = json!({
        "general": {
            "server_url": address,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": { "name": project },
    });
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(json.to_string().as_bytes())
        .map_err(Problem::internal)?;
    Ok(STANDARD.encode(zlib.finish().map_err(Problem::internal)?))
}

/// The picture as inline SVG, without style or script.
pub(crate) fn picture(text: &str) -> Result<String> {
    let code = qrcode::QrCode::new(text.as_bytes()).map_err(Problem::internal)?;
    let svg = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(280, 280)
        .build();
    // Inside a page there is no XML declaration.
    Ok(svg
        .find("<svg")
        .map_or_else(String::new, |start| svg[start..].to_owned()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn collect_reads_the_address() {
        let text = super::settings("https://y.example/openrosa/abc", "友邻").expect("settings");
        let packed = STANDARD.decode(text).expect("base64");
        let mut json = String::new();
        flate2::read::ZlibDecoder::new(packed.as_slice())
            .read_to_string(&mut json)
            .expect("zlib");
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(
            json["general"]["server_url"],
            "https://y.example/openrosa/abc"
        );
        assert!(super::picture("x").expect("a picture").starts_with("<svg"));
    }
}
