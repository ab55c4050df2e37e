//! LLB.
