//! What our program does inside a worker.
