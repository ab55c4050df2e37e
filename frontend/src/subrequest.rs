//! Questions that are answered without building.
