//! The tables in memory: which are held, which have grown old, and asking them within a scope.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};
use tokio::sync::broadcast::{self, error::TryRecvError};
use uuid::Uuid;
use youlin_cube::{Areas, Filter, Measure, Moment, Part, Query, Schema, Table, check, day};
use youlin_database::{Database, Event};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Problem, Result, Scope};

use crate::declare::{day_number, local_offset};
use crate::{Asked, Dataset};

/// Settings of the store.
#[derive(Clone, Copy, Debug)]
pub struct DatasetsSettings {
    /// Bytes that tables may take between questions; one question may need more while it runs.
    pub memory: usize,
}

impl Default for DatasetsSettings {
    fn default() -> Self {
        Self { memory: 512 << 20 }
    }
}

/// Communities loaded at the same time.
const LOADS: usize = 4;
/// Locks for loading: two questions do not load the same table twice.
const LOCKS: usize = 64;

type Place = (i64, &'static str);

#[derive(Debug)]
struct Held {
    table: Arc<Table>,
    /// Of the community when loading began.
    epoch: u64,
    used: u64,
}

#[derive(Debug, Default)]
struct Memory {
    tables: HashMap<Place, Held>,
    /// How often a table was made old.
    epochs: HashMap<Place, u64>,
    /// How often all of a dataset were.
    whole: HashMap<&'static str, u64>,
    bytes: usize,
    uses: u64,
    /// Events of this process that the outbox has yet to bring: how often each.
    heard: HashMap<(String, Uuid), u32>,
}

/// More are forgotten; then a table is loaded once more than needed.
const HEARD: usize = 20_000;

impl Memory {
    fn epoch(&self, place: Place) -> u64 {
        let own = self.epochs.get(&place).copied().unwrap_or(0);
        own + self.whole.get(place.1).copied().unwrap_or(0)
    }

    fn find(&mut self, place: Place) -> Option<Arc<Table>> {
        let epoch = self.epoch(place);
        self.uses += 1;
        let held = self
            .tables
            .get_mut(&place)
            .filter(|held| held.epoch == epoch)?;
        held.used = self.uses;
        Some(Arc::clone(&held.table))
    }

    fn keep(&mut self, place: Place, table: &Arc<Table>, epoch: u64, limit: usize) {
        self.uses += 1;
        self.bytes += table.bytes();
        let held = Held {
            table: Arc::clone(table),
            epoch,
            used: self.uses,
        };
        if let Some(old) = self.tables.insert(place, held) {
            self.bytes -= old.table.bytes();
        }
        while self.bytes > limit {
            let oldest = self.tables.iter().min_by_key(|(_, held)| held.used);
            let Some(place) = oldest.map(|(place, _)| *place) else {
                return;
            };
            if let Some(old) = self.tables.remove(&place) {
                self.bytes -= old.table.bytes();
            }
        }
    }
}

/// All datasets of the house and their tables. Put into the application at start as `Arc<Datasets>`.
pub struct Datasets {
    db: Database,
    areas: Arc<ArcSwap<AreaTree>>,
    sets: Vec<Arc<dyn Dataset>>,
    settings: DatasetsSettings,
    memory: Mutex<Memory>,
    events: Mutex<broadcast::Receiver<Event>>,
    loading: Vec<tokio::sync::Mutex<()>>,
    /// The tree as the engine takes it, made once for each tree.
    lying: Mutex<Option<(Arc<AreaTree>, Arc<Areas>)>>,
}

impl std::fmt::Debug for Datasets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.sets.iter().map(|set| set.schema().code))
            .finish()
    }
}

impl Datasets {
    #[must_use]
    pub fn new(
        db: Database,
        areas: Arc<ArcSwap<AreaTree>>,
        sets: Vec<Arc<dyn Dataset>>,
        settings: DatasetsSettings,
    ) -> Self {
        Self {
            events: Mutex::new(db.subscribe()),
            db,
            areas,
            sets,
            settings,
            memory: Mutex::default(),
            loading: (0..LOCKS).map(|_| tokio::sync::Mutex::default()).collect(),
            lying: Mutex::default(),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Dataset>> {
        self.sets.iter()
    }

    /// Those the caller may ask.
    pub fn open_to<'a>(&'a self, ctx: &'a Ctx) -> impl Iterator<Item = &'a Arc<dyn Dataset>> {
        self.sets.iter().filter(|set| ctx.may(set.permission()))
    }

    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Arc<dyn Dataset>> {
        self.sets.iter().find(|set| set.schema().code == code)
    }

    fn schemas(&self) -> Vec<Schema> {
        self.sets.iter().map(|set| set.schema()).collect()
    }

    /// Tables that take memory now: how many, and bytes.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        let memory = self.memory();
        (memory.tables.len(), memory.bytes)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The outbox brings an event: of another process, or one this process has heard of before.
    pub(crate) fn brought(&self, event: &Event) {
        self.catch_up();
        let key = (event.topic.clone(), event.subject);
        {
            let mut memory = self.memory();
            if let Some(times) = memory.heard.get_mut(&key) {
                *times -= 1;
                if *times == 0 {
                    memory.heard.remove(&key);
                }
                return;
            }
        }
        self.note(event);
    }

    /// Makes the tables old that an event speaks of; one of the whole house (boundaries) those of all communities.
    pub fn note(&self, event: &Event) {
        let mut memory = self.memory();
        for set in self.sets.iter().filter(|set| set.stale_by(&event.topic)) {
            let code = set.schema().code;
            if event.community == CommunityId::SYSTEM {
                *memory.whole.entry(code).or_default() += 1;
            } else {
                *memory.epochs.entry((event.community.0, code)).or_default() += 1;
            }
        }
    }

    /// Takes in what happened since the last question.
    fn catch_up(&self) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match events.try_recv() {
                Ok(event) => {
                    self.note(&event);
                    self.hear(event);
                }
                Err(TryRecvError::Lagged(_)) => {
                    let mut memory = self.memory();
                    for set in &self.sets {
                        *memory.whole.entry(set.schema().code).or_default() += 1;
                    }
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn hear(&self, event: Event) {
        if !self.sets.iter().any(|set| set.stale_by(&event.topic)) {
            return;
        }
        let mut memory = self.memory();
        if memory.heard.len() >= HEARD {
            memory.heard.clear();
        }
        *memory
            .heard
            .entry((event.topic, event.subject))
            .or_default() += 1;
    }

    fn areas(&self) -> (Arc<AreaTree>, Arc<Areas>) {
        let tree = self.areas.load_full();
        let mut lying = self.lying.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, areas)) = lying.as_ref()
            && Arc::ptr_eq(known, &tree)
        {
            return (tree, Arc::clone(areas));
        }
        let nodes = tree.iter().map(|node| {
            (
                node.id.0,
                node.parent.map(|parent| parent.0),
                node.level as u8,
            )
        });
        let succession = tree.succession().iter();
        let succession = succession.map(|one| (one.from.0, one.to.0, one.at.0));
        let areas = Arc::new(Areas::new(nodes).with_succession(succession));
        *lying = Some((Arc::clone(&tree), Arc::clone(&areas)));
        (tree, areas)
    }

    /// Checks a question and gets the tables for it, within what the caller may see.
    ///
    /// # Errors
    /// 422 naming each fault of the question; 401 or 403 when the caller may see none of the records it speaks of;
    /// 503 when the database does not answer.
    pub async fn ask(&self, ctx: &Ctx, query: Query) -> Result<Asked> {
        faults(&check(&query, &self.schemas()))?;
        let (at, past) = moment(ctx, &query)?;
        let (tree, areas) = self.areas();
        if let Some(area) = query.area
            && !areas.knows(area)
        {
            return Err(Problem::invalid("area", "query-area"));
        }
        let mut codes = vec![query.dataset.as_str()];
        related(&query, &mut codes);
        let mut sets = Vec::new();
        for code in codes {
            let set = self
                .get(code)
                .ok_or_else(|| Problem::invalid("dataset", "query-dataset"))?;
            sets.push(Arc::clone(set));
        }
        let mut scope: Option<Scope> = None;
        let mut others: Vec<Scope> = Vec::new();
        let mut sensitive = false;
        for set in &sets {
            // Who may count by what is sensitive may read the records too: the narrower right decides.
            let wanted = dims_of(&query, set.schema().code);
            let narrower = wanted.iter().find_map(|dim| set.dim_permission(dim));
            sensitive |= narrower.is_some();
            let own = ctx.scope(narrower.unwrap_or_else(|| set.permission()))?;
            match scope {
                None => scope = Some(own),
                Some(_) => others.push(own),
            }
        }
        let Some(scope) = scope else {
            return Err(Problem::invalid("dataset", "query-dataset"));
        };
        // Each community once.
        let cut: BTreeSet<i64> = match query.area {
            Some(area) => {
                let meant = areas.meant(area, query.named_at, at.instant).into_iter();
                let narrowed = meant.map(|id| scope.narrowed(&tree, AreaId(id)));
                narrowed.flat_map(|cut| cut.communities()).collect()
            }
            None => BTreeSet::from_iter(scope.communities()),
        };
        self.catch_up();
        let mut loads: Vec<BoxFuture<'_, Result<Part>>> = Vec::new();
        for community in cut.into_iter().map(CommunityId) {
            // Where records of a relation are hidden, "nobody" would be a lie.
            let mut known = true;
            for other in &others {
                known &= other.contains_community(community);
            }
            if !known {
                continue;
            }
            // Not `cut`: a relation looks at all the caller may see; the area of the question is a filter of its own.
            let mut seen = None;
            for whole in scope.parts() {
                if whole.community == community {
                    seen = whole
                        .areas
                        .as_ref()
                        .map(|areas| areas.iter().map(|area| area.0).collect());
                }
            }
            loads.push(self.part(&tree, &sets, community, seen).boxed());
        }
        let parts: Vec<Part> = futures::stream::iter(loads)
            .buffered(LOADS)
            .try_collect()
            .await?;
        let dataset = Arc::clone(sets.first().ok_or_else(Problem::not_found)?);
        Ok(Asked {
            query,
            dataset,
            scope,
            at,
            past,
            sensitive,
            parts: Arc::new(parts),
            areas,
        })
    }

    /// Whether the caller may ask it anywhere: what [`Datasets::ask`] answers 403 to, nobody needs to be offered.
    #[must_use]
    pub fn may_ask(&self, ctx: &Ctx, query: &Query) -> bool {
        let mut codes = vec![query.dataset.as_str()];
        related(query, &mut codes);
        let mut sets = codes.into_iter().filter_map(|code| self.get(code));
        sets.all(|set| {
            let wanted = dims_of(query, set.schema().code);
            let narrower = wanted.iter().find_map(|dim| set.dim_permission(dim));
            ctx.may(narrower.unwrap_or_else(|| set.permission()))
        })
    }

    async fn part(
        &self,
        tree: &AreaTree,
        sets: &[Arc<dyn Dataset>],
        community: CommunityId,
        seen: Option<Vec<i64>>,
    ) -> Result<Part> {
        let mut tables = HashMap::new();
        for set in sets {
            let table = self.table(tree, set, community).await?;
            tables.insert(set.schema().code, table);
        }
        Ok(Part {
            community: community.0,
            tables,
            seen,
        })
    }

    async fn table(
        &self,
        tree: &AreaTree,
        set: &Arc<dyn Dataset>,
        community: CommunityId,
    ) -> Result<Arc<Table>> {
        let place = (community.0, set.schema().code);
        if let Some(table) = self.memory().find(place) {
            return Ok(table);
        }
        let lock = usize::try_from(community.0.unsigned_abs() % LOCKS as u64).unwrap_or(0);
        let _turn = match self.loading.get(lock) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        };
        let epoch = {
            let mut memory = self.memory();
            if let Some(table) = memory.find(place) {
                return Ok(table);
            }
            memory.epoch(place)
        };
        let table = Arc::new(set.load(&self.db, tree, community).await?);
        tracing::debug!(
            community = community.0,
            dataset = place.1,
            rows = table.rows(),
            "a table was loaded"
        );
        self.memory()
            .keep(place, &table, epoch, self.settings.memory);
        Ok(table)
    }
}

/// Datasets of relations, each once, without the first.
fn related<'a>(query: &'a Query, codes: &mut Vec<&'a str>) {
    let mut met: HashSet<&str> = codes.iter().copied().collect();
    let mut filters = vec![&query.filter];
    if let Measure::Ratio { part, of, .. } = &query.measure {
        filters.extend([part, of]);
    }
    while let Some(filter) = filters.pop() {
        match filter {
            Filter::All(parts) | Filter::Any(parts) => filters.extend(parts),
            Filter::Not(part) => filters.push(part),
            Filter::Test(_) => {}
            Filter::Related(related) => {
                if met.insert(&related.dataset) {
                    codes.push(&related.dataset);
                }
            }
        }
    }
}

/// Every dimension of one dataset that a question names.
fn dims_of<'a>(query: &'a Query, dataset: &str) -> Vec<&'a str> {
    let mut dims = Vec::new();
    if query.dataset == dataset {
        dims.extend(query.group.iter().map(|group| group.dim.as_str()));
        dims.extend(query.time.iter().map(|span| span.dim.as_str()));
    }
    let mut filters = vec![(query.dataset.as_str(), &query.filter)];
    match &query.measure {
        Measure::Ratio { part, of, weight } => {
            filters.extend([part, of].map(|filter| (query.dataset.as_str(), filter)));
            if query.dataset == dataset {
                dims.extend(weight.as_deref());
            }
        }
        Measure::Distinct(dim) if query.dataset == dataset => dims.push(dim),
        _ => {}
    }
    while let Some((of, filter)) = filters.pop() {
        match filter {
            Filter::All(parts) | Filter::Any(parts) => {
                filters.extend(parts.iter().map(|part| (of, part)));
            }
            Filter::Not(part) => filters.push((of, part)),
            Filter::Test(test) if of == dataset => dims.push(&test.dim),
            Filter::Test(_) => {}
            Filter::Related(related) => filters.push((related.dataset.as_str(), &*related.filter)),
        }
    }
    dims
}

fn faults(found: &[youlin_cube::Fault]) -> Result<()> {
    let Some(first) = found.first() else {
        return Ok(());
    };
    let mut problem =
        Problem::invalid(first.place.clone(), first.kind.code()).field_arg("what", &first.what);
    for fault in found.iter().skip(1) {
        problem = problem
            .and_field(fault.place.clone(), fault.kind.code())
            .field_arg("what", &fault.what);
    }
    Err(problem)
}

/// The moment asked for, and whether its day is over.
fn moment(ctx: &Ctx, query: &Query) -> Result<(Moment, bool)> {
    let now = ctx.now();
    let today = day_number(now.local().date());
    let present = Moment {
        instant: now.0,
        day: today,
        offset: local_offset(now),
    };
    let Some(asked) = query.as_of.as_deref().and_then(day::parse) else {
        return Ok((present, false));
    };
    match asked.cmp(&today) {
        std::cmp::Ordering::Greater => Err(Problem::invalid("as_of", "query-future")),
        std::cmp::Ordering::Equal => Ok((present, false)),
        std::cmp::Ordering::Less => {
            // China has one time zone without summer time since 1991; nothing here is older.
            Ok((Moment::end_of(asked, present.offset), true))
        }
    }
}
