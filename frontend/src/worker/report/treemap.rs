//! Areas in proportion to sizes, as little stretched as can be: Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).

/// A place on a plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    /// The same without a margin on each side.
    pub(super) fn within(self, margin: f64, head: f64) -> Self {
        Self {
            left: self.left + margin,
            top: self.top + margin + head,
            width: (self.width - 2.0 * margin).max(0.0),
            height: (self.height - 2.0 * margin - head).max(0.0),
        }
    }
}

/// Areas for `sizes`, which are sorted from the largest, inside `area`; sizes of zero get none.
pub(super) fn layout(sizes: &[f64], area: Area) -> Vec<Area> {
    let total: f64 = sizes.iter().sum();
    if total <= 0.0 || area.width <= 0.0 || area.height <= 0.0 {
        return sizes.iter().map(|_| Area { width: 0.0, height: 0.0, ..area }).collect();
    }
    let scale = area.width * area.height / total;
    let sizes: Vec<f64> = sizes.iter().map(|size| size * scale).collect();
    let mut areas = Vec::with_capacity(sizes.len());
    let mut rest = area;
    let mut from = 0;
    while from < sizes.len() {
        let side = rest.width.min(rest.height);
        let mut to = from + 1;
        while to < sizes.len() && stretch(&sizes[from..=to], side) <= stretch(&sizes[from..to], side) {
            to += 1;
        }
        rest = row(&sizes[from..to], rest, &mut areas);
        from = to;
    }
    areas
}

/// The worst ratio of sides in a row of these areas along a side.
fn stretch(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let largest = row.iter().copied().fold(0.0, f64::max);
    let least = row.iter().copied().fold(f64::INFINITY, f64::min);
    let (square, side) = (sum * sum, side * side);
    if least <= 0.0 || side <= 0.0 {
        return f64::INFINITY;
    }
    (side * largest / square).max(square / (side * least))
}

/// Lays a row along the shorter side, and returns what is left.
fn row(row: &[f64], area: Area, areas: &mut Vec<Area>) -> Area {
    let sum: f64 = row.iter().sum();
    if area.width >= area.height {
        let width = if area.height > 0.0 { sum / area.height } else { 0.0 };
        let mut top = area.top;
        for size in row {
            let height = if width > 0.0 { size / width } else { 0.0 };
            areas.push(Area { left: area.left, top, width, height });
            top += height;
        }
        Area { left: area.left + width, width: (area.width - width).max(0.0), ..area }
    } else {
        let height = if area.width > 0.0 { sum / area.width } else { 0.0 };
        let mut left = area.left;
        for size in row {
            let width = if height > 0.0 { size / height } else { 0.0 };
            areas.push(Area { left, top: area.top, width, height });
            left += width;
        }
        Area { top: area.top + height, height: (area.height - height).max(0.0), ..area }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHOLE: Area = Area { left: 0.0, top: 0.0, width: 600.0, height: 400.0 };

    #[test]
    fn the_example_of_the_paper_is_laid_out_as_there() {
        let areas = layout(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], WHOLE);
        let first = Area { left: 0.0, top: 0.0, width: 300.0, height: 200.0 };
        assert_eq!(areas[0], first);
        assert_eq!(areas[1], Area { top: 200.0, ..first });
        assert_eq!(areas.len(), 7);
    }

    #[test]
    fn nothing_has_no_area() {
        assert!(layout(&[], WHOLE).is_empty());
        assert!(layout(&[0.0], WHOLE)[0].width < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn areas_are_in_proportion_and_inside(sizes in proptest::collection::vec(1_u32..1_000_000, 1..60)) {
            let mut sizes: Vec<f64> = sizes.into_iter().map(f64::from).collect();
            sizes.sort_by(|one, other| other.total_cmp(one));
            let total: f64 = sizes.iter().sum();
            for (size, area) in sizes.iter().zip(layout(&sizes, WHOLE)) {
                let share = area.width * area.height / (WHOLE.width * WHOLE.height);
                prop_assert!((share - size / total).abs() < 1e-6);
                prop_assert!(area.left >= -1e-6 && area.left + area.width <= WHOLE.width + 1e-3);
                prop_assert!(area.top >= -1e-6 && area.top + area.height <= WHOLE.height + 1e-3);
            }
        }
    }
}
