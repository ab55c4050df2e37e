//! Shell that calls a distribution's own tools in a worker.
