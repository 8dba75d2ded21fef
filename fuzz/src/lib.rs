//! What is fuzzed. The bodies are in `targets`, which the tests of mdmlog run over the corpus as well.

pub mod targets;
