//! The ground to measure on: a district of twenty communities made by the same commands as real data, a key, and the
//! real binary serving it in a process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use youlin::House;
use youlin::config::{Config, Raw};
use youlin_database::sql::{col, name};
use youlin_kernel::{AreaLevel, CommunityId, Grant, Micros, Role};
use youlin_people::{CreateApiKey, KeyKind};
use youlin_places::commands::ImportAreas;
use youlin_places::import::read_csv;

/// Communities of the district; load is spread over them.
pub(crate) const COMMUNITIES: usize = 20;

/// A prepared data folder and what is in it.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) folder: TempDir,
    pub(crate) database_url: String,
    pub(crate) key: String,
    pub(crate) communities: Vec<CommunityId>,
    /// One neighbourhood of each community.
    pub(crate) neighbourhoods: Vec<i64>,
    pub(crate) grids: Vec<i64>,
}

impl Ground {
    /// Prepares an empty database: SQLite in the folder, or the one named.
    pub(crate) async fn prepare(postgres: Option<String>) -> Result<Self> {
        Self::prepare_with(postgres, COMMUNITIES, None).await
    }

    /// The same with so many communities, and with another area file beside them.
    pub(crate) async fn prepare_with(
        postgres: Option<String>,
        communities: usize,
        country: Option<&str>,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("youlin-bench")
            .tempdir_in(target_folder()?)?;
        let database_url = postgres
            .unwrap_or_else(|| format!("sqlite:{}", folder.path().join("youlin.db").display()));
        let raw = Raw::gather(None, settings(folder.path(), &database_url, "127.0.0.1:0"))?;
        let config = Config::from_raw(&raw)?;
        let house = House::open(youlin::house::Opening::new(config)).await?;
        let rows = read_csv(&areas_csv(communities), &["code"]).map_err(anyhow::Error::msg)?;
        house
            .db
            .execute(
                &house.ctx("bench"),
                ImportAreas {
                    rows,
                    dry_run: false,
                },
            )
            .await?;
        if let Some(country) = country {
            crate::country::take_in(&house, country).await?;
        }
        let catalogue = youlin_cases::ImportCategories {
            text: categories()?,
            dry_run: false,
        };
        house.db.execute(&house.ctx("bench"), catalogue).await?;
        house
            .app
            .need::<youlin_places::Locator>()?
            .reload_areas(&house.db)
            .await?;
        let tree = house.app.areas();
        let district = tree
            .by_code("BENCH-D")
            .context("the district was imported")?
            .id;
        // Everything there is: a country's key sees every province.
        let grants = tree
            .roots()
            .iter()
            .map(|root| Grant {
                role: Role::DistrictOperator,
                area: *root,
                organisation: None,
            })
            .collect();
        let make = CreateApiKey {
            name: "bench".into(),
            kind: KeyKind::Rest,
            grants,
        };
        let key = house.db.execute(&house.ctx("bench"), make).await?.key;
        let of_level = |level: AreaLevel| {
            let mut ids: Vec<i64> = tree
                .iter()
                .filter(|node| node.level == level && tree.is_within(node.id, district))
                .map(|node| node.id.0)
                .collect();
            ids.sort_unstable();
            ids
        };
        let communities: Vec<CommunityId> = tree
            .communities()
            .iter()
            .copied()
            .filter(|community| tree.is_within((*community).into(), district))
            .collect();
        let below = |level| -> Vec<i64> {
            let all = of_level(level);
            communities
                .iter()
                .filter_map(|community| {
                    all.iter()
                        .copied()
                        .find(|id| tree.is_within(youlin_kernel::AreaId(*id), (*community).into()))
                })
                .collect()
        };
        let (neighbourhoods, grids) = (below(AreaLevel::Neighbourhood), below(AreaLevel::Grid));
        house.close().await;
        Ok(Self {
            folder,
            database_url,
            key,
            communities,
            neighbourhoods,
            grids,
        })
    }

    /// Opens the house on this ground, in this process.
    pub(crate) async fn open(&self) -> Result<House> {
        open(self.folder.path(), &self.database_url).await
    }

    /// Starts the binary on this ground and waits until it answers; says how long that took.
    pub(crate) async fn serve(&self, binary: &Path) -> Result<(Server, Duration)> {
        let addr: SocketAddr = free_addr()?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for name in OURS {
            command.env_remove(name);
        }
        for (name, value) in settings(self.folder.path(), &self.database_url, &addr.to_string()) {
            command.env(name, value);
        }
        let started = Instant::now();
        let mut child = command
            .spawn()
            .with_context(|| binary.display().to_string())?;
        loop {
            if let Ok(mut connection) = crate::http::Connection::open(addr).await
                && let Ok((200, _)) = connection
                    .ask(b"GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n")
                    .await
            {
                let server = Server {
                    child,
                    addr,
                    database_url: self.database_url.clone(),
                };
                return Ok((server, started.elapsed()));
            }
            if let Some(status) = child.try_wait()? {
                bail!("the server ended at once: {status}");
            }
            if started.elapsed() > Duration::from_secs(60) {
                bail!("the server did not get ready within a minute");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Runs another command of the binary on this ground.
    pub(crate) async fn run(&self, binary: &Path, arguments: &[&std::ffi::OsStr]) -> Result<()> {
        let mut command = tokio::process::Command::new(binary);
        command.args(arguments);
        for name in OURS {
            command.env_remove(name);
        }
        for (name, value) in settings(self.folder.path(), &self.database_url, "127.0.0.1:0") {
            command.env(name, value);
        }
        let output = command.output().await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{arguments:?}: {said}{}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
        Ok(())
    }
}

/// A database of its own on the PostgreSQL server; answers with its address.
pub(crate) async fn postgres_database(server_url: &str) -> Result<String> {
    let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
    let admin = Database::connect(server_url).await?;
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await?;
    admin.close().await?;
    let (base, _) = server_url
        .rsplit_once('/')
        .context("a URL with a database name")?;
    Ok(format!("{base}/{name}"))
}

/// Opens the house on a prepared folder.
pub(crate) async fn open(folder: &Path, database_url: &str) -> Result<House> {
    let raw = Raw::gather(None, settings(folder, database_url, "127.0.0.1:0"))?;
    House::open(youlin::house::Opening::new(Config::from_raw(&raw)?)).await
}

/// The longest the fillings here take to be told about.
const TOLD_WITHIN: Duration = Duration::from_secs(600);

/// A running server; stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) addr: SocketAddr,
    database_url: String,
}

impl Server {
    /// Resident memory in MB.
    pub(crate) fn memory_mb(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes / 1_024.0)
    }
}

impl Server {
    /// Waits until it has nothing left to do by itself (the text index is built, the outbox is empty).
    pub(crate) async fn settled(&self) -> Result<()> {
        self.told().await?;
        let mut idle = 0;
        while idle < 3 {
            let before = self.worked()?;
            tokio::time::sleep(Duration::from_secs(2)).await;
            idle = if self.worked()? - before < 10 {
                idle + 1
            } else {
                0
            };
        }
        Ok(())
    }

    /// Waits until the outbox is told: a server that waits for its database looks as idle as one that is done.
    async fn told(&self) -> Result<()> {
        let db = Database::connect(&self.database_url).await?;
        let started = Instant::now();
        loop {
            // What is leased or tried again is due soon; what is told and kept for other servers is never due.
            let soon = Micros(jiff::Timestamp::now().as_microsecond()).plus(Micros::HOUR);
            let mut left = Query::select();
            left.column(name("id"))
                .from(name("outbox"))
                .and_where(col("due_at").lt(soon.0))
                .limit(1);
            if db.query_all(&left).await?.is_empty() {
                break;
            }
            if started.elapsed() > TOLD_WITHIN {
                bail!("the outbox is not told within ten minutes");
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        db.close().await?;
        Ok(())
    }

    /// Processor time, hundredths of a second.
    fn worked(&self) -> Result<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, after) = stat.rsplit_once(") ").context("stat")?;
        let times = after.split(' ').skip(11).take(2);
        Ok(times.filter_map(|text| text.parse::<u64>().ok()).sum())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that is already gone is what we want.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Settings of the bench, which the server would refuse as unknown ones.
const OURS: [&str; 2] = ["YOULIN_PEER_PYTHON", "YOULIN_BENCH_DIVISIONS"];

pub(crate) fn settings(folder: &Path, database_url: &str, listen: &str) -> Vec<(String, String)> {
    [
        ("YOULIN_LISTEN", listen),
        ("YOULIN_DATABASE_URL", database_url),
        ("YOULIN_DATA_DIR", &folder.display().to_string()),
        ("YOULIN_MODE", "production"),
        ("YOULIN_PUBLIC_URL", "http://localhost"),
        ("RUST_LOG", "warn"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// Beside the build, so that the same disk is measured that holds the project.
pub(crate) fn target_folder() -> Result<std::path::PathBuf> {
    let folder = std::path::PathBuf::from("target/bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.canonicalize()?)
}

fn free_addr() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn categories() -> Result<String> {
    std::fs::read_to_string("data/categories.json")
        .context("run in the project's folder: data/categories.json")
}

fn areas_csv(communities: usize) -> String {
    let mut csv = String::from("code,scheme,scheme_version,level,parent_code,name,name_en,short\n");
    let mut add = |code: &str, level: &str, parent: &str| {
        csv.push_str(&format!(
            "{code},youlin-bench,1,{level},{parent},{code},{code},\n"
        ));
    };
    add("BENCH-D", "district", "");
    add("BENCH-S", "subdistrict", "BENCH-D");
    for community in 0..communities {
        let code = format!("BENCH-C{community:02}");
        add(&code, "community", "BENCH-S");
        for grid in 0..4 {
            let grid_code = format!("{code}-G{grid}");
            add(&grid_code, "grid", &code);
            for neighbourhood in 0..3 {
                add(
                    &format!("{grid_code}-N{neighbourhood}"),
                    "neighbourhood",
                    &grid_code,
                );
            }
        }
    }
    csv
}
