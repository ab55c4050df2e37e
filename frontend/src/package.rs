//! Package formats behind one trait.
