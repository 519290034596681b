//! One area's rings, arranged so that a point test looks at a handful of edges.
//!
//! The height of the box is cut into equal slabs; each slab lists the edges that reach into it. A test then counts the
//! crossings of a ray to the east with the edges of one slab (even–odd over all rings, so holes need no special case).
//!
//! **Points on an edge.** An edge is crossed when the point's latitude is in `[lower, upper)` and the point is
//! strictly west of the edge, decided by an exact orientation predicate on the end points in a fixed order. This is
//! the same as asking where the point lies after moving it by an infinitely small step east and an even smaller one
//! north: a moved point is never on an edge. So of all areas that share an edge or a corner exactly one contains it,
//! whatever their order, direction or number of vertices along that edge.

use geo::kernels::RobustKernel;
use geo::{Coord, Kernel, MultiPolygon, Orientation};

/// Edges for each slab. Measured: with more slabs the memory costs more time than the shorter lists save.
const EDGES_PER_SLAB: usize = 4;

#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) west: f64,
    pub(crate) south: f64,
    pub(crate) east: f64,
    pub(crate) north: f64,
    slabs_per_degree: f64,
    /// All rings one after the other, each closed; edge `i` runs from point `i` to point `i + 1`.
    points: Box<[[f64; 2]]>,
    /// Edges of each slab, by `slab_starts`.
    slab_edges: Box<[u32]>,
    slab_starts: Box<[u32]>,
}

impl Prepared {
    /// `None` for a shape without area in it: no edges, or coordinates that are not numbers.
    pub(crate) fn new(shape: &MultiPolygon<f64>) -> Option<Self> {
        let (points, edges) = collect(shape);
        if edges.is_empty() || points.iter().flatten().any(|value| !value.is_finite()) {
            return None;
        }
        let fold = |axis: usize, start: f64, pick: fn(f64, f64) -> f64| {
            points.iter().map(|point| point[axis]).fold(start, pick)
        };
        let (west, east) = (
            fold(0, f64::INFINITY, f64::min),
            fold(0, f64::NEG_INFINITY, f64::max),
        );
        let (south, north) = (
            fold(1, f64::INFINITY, f64::min),
            fold(1, f64::NEG_INFINITY, f64::max),
        );
        let slabs = (edges.len() / EDGES_PER_SLAB).max(1);
        let height = north - south;
        let slabs_per_degree = if height > 0.0 {
            slabs as f64 / height
        } else {
            0.0
        };
        let mut prepared = Self {
            west,
            south,
            east,
            north,
            slabs_per_degree,
            points: points.into_boxed_slice(),
            slab_edges: Box::default(),
            slab_starts: vec![0; slabs + 1].into_boxed_slice(),
        };
        prepared.fill_slabs(&edges);
        Some(prepared)
    }

    /// Counting sort of the edges into slabs. The slab of a latitude is a monotone function of it, so an edge reaching
    /// from slab a to slab b is met from every latitude between its ends.
    fn fill_slabs(&mut self, edges: &[u32]) {
        let reach = |this: &Self, edge: u32| {
            let (from, to) = this.edge(edge);
            (this.slab(from[1].min(to[1])), this.slab(from[1].max(to[1])))
        };
        let mut starts = vec![0u32; self.slab_starts.len()];
        for &edge in edges {
            let (low, high) = reach(self, edge);
            starts[low + 1..=high + 1]
                .iter_mut()
                .for_each(|count| *count += 1);
        }
        for slab in 1..starts.len() {
            starts[slab] += starts[slab - 1];
        }
        let mut next = starts.clone();
        let mut slab_edges = vec![0u32; starts.last().copied().unwrap_or(0) as usize];
        for &edge in edges {
            let (low, high) = reach(self, edge);
            for position in &mut next[low..=high] {
                slab_edges[*position as usize] = edge;
                *position += 1;
            }
        }
        self.slab_starts = starts.into_boxed_slice();
        self.slab_edges = slab_edges.into_boxed_slice();
    }

    fn slab(&self, lat: f64) -> usize {
        let slab = ((lat - self.south) * self.slabs_per_degree) as usize;
        slab.min(self.slab_starts.len() - 2)
    }

    fn edge(&self, edge: u32) -> ([f64; 2], [f64; 2]) {
        (self.points[edge as usize], self.points[edge as usize + 1])
    }

    /// Whether the point belongs to the area under the half-open rule of this module.
    pub(crate) fn contains(&self, lon: f64, lat: f64) -> bool {
        if !(lon >= self.west && lon <= self.east && lat >= self.south && lat <= self.north) {
            return false;
        }
        let slab = self.slab(lat);
        let range = self.slab_starts[slab] as usize..self.slab_starts[slab + 1] as usize;
        let mut inside = false;
        for &edge in &self.slab_edges[range] {
            let (from, to) = self.edge(edge);
            inside ^= is_crossed(from, to, lon, lat);
        }
        inside
    }

    /// Every edge of every ring.
    pub(crate) fn edges(&self) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
        // Level edges appear in exactly one slab and every edge begins in one, so each is taken where it begins.
        (0..self.slab_starts.len() - 1).flat_map(move |slab| {
            let range = self.slab_starts[slab] as usize..self.slab_starts[slab + 1] as usize;
            self.slab_edges[range].iter().filter_map(move |&edge| {
                let (from, to) = self.edge(edge);
                (self.slab(from[1].min(to[1])) == slab).then_some((from, to))
            })
        })
    }
}

/// Whether the ray from the point to the east crosses the edge.
#[inline]
fn is_crossed(from: [f64; 2], to: [f64; 2], lon: f64, lat: f64) -> bool {
    let (low, high) = if from[1] <= to[1] {
        (from, to)
    } else {
        (to, from)
    };
    if lat < low[1] || lat >= high[1] {
        return false;
    }
    if lon < low[0].min(high[0]) {
        return true;
    }
    if lon >= low[0].max(high[0]) {
        return false;
    }
    let coord = |point: [f64; 2]| Coord {
        x: point[0],
        y: point[1],
    };
    RobustKernel::orient2d(coord(low), coord(high), Coord { x: lon, y: lat })
        == Orientation::CounterClockwise
}

/// Points of all rings, and the numbers of those that begin an edge of some length.
fn collect(shape: &MultiPolygon<f64>) -> (Vec<[f64; 2]>, Vec<u32>) {
    let mut points: Vec<[f64; 2]> = Vec::new();
    let mut edges = Vec::new();
    for polygon in &shape.0 {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let mut previous: Option<[f64; 2]> = None;
            for coord in &ring.0 {
                // -0.0 and 0.0 are one longitude; adding zero makes them one value.
                let point = [coord.x + 0.0, coord.y + 0.0];
                if let Some(previous) = previous
                    && previous != point
                {
                    edges.push((points.len() - 1) as u32);
                }
                points.push(point);
                previous = Some(point);
            }
        }
    }
    (points, edges)
}
