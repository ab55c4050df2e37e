//! The question asked of the outside and the graph made of the answers.
