//! Filled forms over OpenRosa: 16 phones at once send patrols of 6 KB, each with a finding that becomes a case, answered when
//! durable; beside it the same rows inserted raw. ODK Central took 84 to 128 a second on two cores, with 390 MB.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use youlin_kernel::{AccountActor, Actor, CommunityId, Grant, Role};
use youlin_openrosa::MakeToken;
use youlin_people::{CreateAccount, hash_password};
use youlin_places::Datum;
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{import_reaches, reaches};

use crate::ground::{Ground, postgres_database};
use crate::http::{Load, load};
use crate::raw;
use crate::results::Results;

const CONNECTIONS: u64 = 16;
/// Phones of each of the communities' people: more than send, so that none of them is told to slow down.
const PHONES: usize = 4;
const BYTES: usize = 6 * 1024;
const UNIT: &str = "submissions/s";
/// The best that ODK Central did on two cores.
const PEER: f64 = 128.0;
const BOUNDARY: &str = "----collect0123456789";

pub(crate) async fn sqlite(results: &mut Results, binary: &Path, seconds: u64) -> Result<()> {
    let ground = Ground::prepare(None).await?;
    let (measured, memory) = taken(&ground, binary, seconds).await?;
    let raw = raw::submissions(&ground.folder.path().join("youlin.db"), seconds).await?;
    let (rate, size) = (measured.per_second, size(&measured));
    results.share_of("openrosa.share_of_raw", rate, UNIT, &size, raw, 0.2);
    results.at_least("openrosa.rate", rate, UNIT, &size, 1_000.0);
    results.below("openrosa.p99", measured.p99_ms, "ms", &size, 100.0);
    results.below("openrosa.memory", memory, "MB", &size, 120.0);
    Ok(())
}

/// The same on PostgreSQL, beside what the peer did.
pub(crate) async fn postgres(
    results: &mut Results,
    binary: &Path,
    server_url: &str,
    seconds: u64,
) -> Result<()> {
    let url = postgres_database(server_url).await?;
    let ground = Ground::prepare(Some(url)).await?;
    let (measured, memory) = taken(&ground, binary, seconds).await?;
    let (rate, size) = (measured.per_second, size(&measured));
    results.at_least("openrosa.postgres.rate", rate, UNIT, &size, PEER);
    results.below("openrosa.postgres.p99", measured.p99_ms, "ms", &size, 250.0);
    results.below("openrosa.postgres.memory", memory, "MB", &size, 120.0);
    Ok(())
}

fn size(measured: &Load) -> String {
    format!(
        "{CONNECTIONS} connections, {} submissions of {BYTES} bytes",
        measured.answers
    )
}

/// What the server took, and the megabytes it held then.
async fn taken(ground: &Ground, binary: &Path, seconds: u64) -> Result<(Load, f64)> {
    let phones = connect(ground).await?;
    let (server, _) = ground.serve(binary).await?;
    let measured = send(server.addr, phones, seconds).await?;
    Ok((measured, server.memory_mb()?))
}

/// Where a phone sends, and the reach its owner walks.
#[derive(Debug)]
struct Sender {
    path: String,
    reach: String,
}

/// A river through every community, somebody who walks it, their phones.
async fn connect(ground: &Ground) -> Result<Vec<Sender>> {
    let house = ground.open().await?;
    let ctx = house.ctx("bench");
    let tree = house.app.areas();
    let code =
        |community: &CommunityId| tree.get((*community).into()).map(|node| node.code.clone());
    let mut text = String::from("key,community_code,water,name,half_width_m,line,note,chiefs\n");
    for (n, community) in ground.communities.iter().enumerate() {
        let code = code(community).context("a community's code")?;
        let lat = 32.0 + n as f64 / 100.0;
        text.push_str(&format!(
            "r{n},{code},中心河,第{n}段,6,120.8 {lat}; 120.81 {lat},,\n"
        ));
    }
    let locator = &house.services.locator;
    import_reaches(&house.db, &ctx, locator, &text, Datum::Wgs84, false).await?;
    let scope = ctx.scope(&PLACES_READ)?;
    let mut senders = Vec::new();
    for (n, reach) in reaches(&house.db, &scope).await?.into_iter().enumerate() {
        let login = format!("walker{n}");
        let grant = Grant {
            role: Role::Volunteer,
            area: reach.community.into(),
            organisation: None,
        };
        let create = CreateAccount {
            password: hash_password(&ctx, &login, "a river is walked on Saturdays").await?,
            display_name: login.clone(),
            login,
            person: None,
            grants: vec![grant.clone()],
            must_change: false,
        };
        let id = house.db.execute(&ctx, create).await?;
        let actor = Actor::Account(AccountActor {
            id,
            person: None,
            former: Vec::new(),
            display_name: String::from("walker"),
        });
        let walker = ctx.acting_as(actor, [grant].into());
        for _ in 0..PHONES {
            let make = MakeToken {
                vault: Arc::clone(&house.services.vault),
                name: "bench".into(),
            };
            let made = house.db.execute(&walker, make).await?;
            senders.push(Sender {
                path: format!("/openrosa/{}/submission", made.secret),
                reach: reach.id.to_string(),
            });
        }
    }
    house.close().await;
    Ok(senders)
}

async fn send(addr: std::net::SocketAddr, phones: Vec<Sender>, seconds: u64) -> Result<Load> {
    let make = Arc::new(move |n: u64| {
        let phone = &phones[usize::try_from(n).unwrap_or(0) % phones.len()];
        post(phone, n)
    });
    load(addr, CONNECTIONS, seconds, 201, make).await
}

fn post(phone: &Sender, n: u64) -> Vec<u8> {
    let xml = patrol(&phone.reach, n);
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"form.xml\"\r\n\
         Content-Type: text/xml\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let length = head.len() + xml.len() + tail.len();
    format!(
        "POST {}?deviceID=bench HTTP/1.1\r\nHost: bench\r\nX-OpenRosa-Version: 1.0\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n{head}{xml}{tail}",
        phone.path
    )
    .into_bytes()
}

/// A patrol as Collect writes it, with points along the way until it has its size.
fn patrol(reach: &str, n: u64) -> String {
    let head = format!(
        "<?xml version='1.0' ?><data id=\"river-patrol\" version=\"1\" xmlns:orx=\"http://openrosa.org/xforms\">\
         <youlin_began>2026-11-21T07:20:00.000+08:00</youlin_began><youlin_ended>2026-11-21T08:05:00.000+08:00</youlin_ended>\
         <youlin_kind>reach</youlin_kind><youlin_subject>{reach}</youlin_subject><youlin_policy/>\
         <youlin_outcome>done</youlin_outcome><youlin_reason/><youlin_round><weather>晴</weather><water><floating>few</floating>\
         <floating_removed/><colour>normal</colour><smell>no</smell><transparency>35</transparency></water><banks>\
         <bank>none</bank><bank_removed/><outlets>none</outlets><encroachment/><sign>good</sign><earlier/></banks>"
    );
    let tail = format!(
        "<needs_action>yes</needs_action><note>河面漂浮垃圾少许，请安排相关人员进行现场处理。第{n}次</note><problems>1</problems>\
         </youlin_round><orx:meta><orx:instanceID>uuid:{}</orx:instanceID><orx:instanceName/></orx:meta></data>",
        uuid::Uuid::now_v7()
    );
    let mut xml = head;
    let mut at = 0;
    while xml.len() + tail.len() < BYTES {
        at += 1;
        xml.push_str(&format!(
            "<points><point>32.0{at:03} 120.80{at:03} 0 4.5</point><point_note>沿岸第{at}处，水面和两岸都看过</point_note><point_photo/></points>"
        ));
    }
    xml + &tail
}
