//! Maps and sets that are looked into for each packet or record. Their hash is quick, and its seed is random, so that who makes up
//! packets or texts cannot know which of them collide.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

/// A map with a quick hash.
pub(crate) type FastMap<K, V> = HashMap<K, V, RandomState>;
/// A set with a quick hash.
pub(crate) type FastSet<T> = HashSet<T, RandomState>;
