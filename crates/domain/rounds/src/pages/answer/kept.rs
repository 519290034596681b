//! Photographs that came with a form that was refused: they lie in the store already, and the form carries a sealed note
//! of each, so that nobody has to choose them again and nobody can name a file that is not theirs.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_files::{ContentType, StoredFile, TakenAt};
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_people::FieldPlace;

use crate::service::Rounds;

/// A photograph the form holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) token: String,
    pub(crate) file: StoredFile,
}

impl Kept {
    pub(in crate::pages) fn shown_name(&self) -> String {
        self.file.name.clone().unwrap_or_default()
    }
}

#[derive(Serialize, Deserialize)]
struct Note {
    sha256: String,
    thumbnail: Option<String>,
    kind: String,
    bytes: u64,
    name: Option<String>,
    position: Option<(f64, f64)>,
    /// By the camera's clock, and how far that is east.
    #[serde(default)]
    taken: Option<(DateTime, Option<i16>)>,
}

fn place(community: CommunityId, round: Uuid) -> FieldPlace {
    FieldPlace::new("round", "kept", community.0, round)
}

/// A note of a stored file for the form of this round.
pub(in crate::pages) fn keep(
    rounds: &Rounds,
    ctx: &Ctx,
    community: CommunityId,
    round: Uuid,
    file: StoredFile,
) -> Result<Kept> {
    let note = Note {
        sha256: file.sha256.clone(),
        thumbnail: file.thumbnail_sha256.clone(),
        kind: file.content_type.mime().to_owned(),
        bytes: file.bytes,
        name: file.name.clone(),
        position: file.position,
        taken: file.taken_at.map(|at| (at.local, at.offset_minutes)),
    };
    let text = serde_json::to_string(&note).map_err(youlin_kernel::Problem::internal)?;
    let sealed = rounds.vault.seal(ctx, place(community, round), &text)?;
    Ok(Kept {
        token: hex::encode(sealed),
        file,
    })
}

/// The file of a note; none when it is not ours or of another round.
pub(in crate::pages) fn kept_file(
    rounds: &Rounds,
    community: CommunityId,
    round: Uuid,
    token: &str,
) -> Option<Kept> {
    let sealed = hex::decode(token).ok()?;
    let text = rounds.vault.open(place(community, round), &sealed).ok()?;
    let note: Note = serde_json::from_str(&text).ok()?;
    let content_type = ContentType::ALL
        .into_iter()
        .find(|one| one.mime() == note.kind)?;
    Some(Kept {
        token: token.to_owned(),
        file: StoredFile {
            sha256: note.sha256,
            content_type,
            bytes: note.bytes,
            name: note.name,
            width: None,
            height: None,
            position: note.position,
            taken_at: note.taken.map(|(local, offset_minutes)| TakenAt {
                local,
                offset_minutes,
            }),
            thumbnail_sha256: note.thumbnail,
        },
    })
}
